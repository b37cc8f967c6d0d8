namespace Nfqlb.Daemon.Health;

/// <summary>Tells from samples of a queue, taken one after the other, whether packets leave it.</summary>
internal sealed class QueueProgress
{
    private QueueSample? _last;
    private bool _hasDropped;

    /// <summary>Judges the time since the last sample.</summary>
    public QueueFault Judge(QueueSample now)
    {
        if (_last is not { } last)
        {
            _last = now;
            return QueueFault.None;
        }
        _last = now;
        bool hasDropped = now.Dropped > last.Dropped;
        bool dropsOn = hasDropped && _hasDropped;
        _hasDropped = hasDropped;
        return (last, now) switch
        {
            // Whatever was answered from the first look's beginning to this one's end is progress.
            _ when last.Waits && now.Waits && now.BatchesAfter == last.BatchesBefore => QueueFault.Stuck,
            _ when now.Answered > last.Answered && now.Refused - last.Refused >= now.Answered - last.Answered =>
                QueueFault.Refused,
            _ when dropsOn => QueueFault.Overrun,
            _ => QueueFault.None,
        };
    }
}
