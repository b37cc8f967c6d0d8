namespace Nfqlb.Daemon.Logging;

/// <summary>Limits how many lines go out: so many a second, and so many at once after a silence.</summary>
/// <param name="time">The clock.</param>
/// <param name="linesPerSecond">In the long run.</param>
/// <param name="burstLines">At once.</param>
internal sealed class LineBudget(TimeProvider time, double linesPerSecond, int burstLines)
{
    private double _lines = burstLines;
    private long _last = time.GetTimestamp();
    private long _leftOut;

    /// <summary>True when a line may go out. For one thread at a time.</summary>
    /// <param name="leftOut">How many did not since the last one that did.</param>
    public bool TryTake(out long leftOut)
    {
        long now = time.GetTimestamp();
        _lines = Math.Min(burstLines, _lines + time.GetElapsedTime(_last, now).TotalSeconds * linesPerSecond);
        _last = now;
        leftOut = _leftOut;
        if (_lines < 1)
        {
            _leftOut++;
            return false;
        }
        _lines--;
        _leftOut = 0;
        return true;
    }
}
