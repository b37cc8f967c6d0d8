namespace Nfqlb.Daemon.Logging;

/// <summary>The last events, a line of JSON each, for those who ask what has happened. For any thread.</summary>
/// <remarks>
/// Bounded: the oldest are forgotten, and whoever was too slow for them is told how many. Each event has the number
/// behind that of the one before. The first is the time of the start, so that they rise from one process to the next.
/// </remarks>
/// <param name="first">The number of the first event.</param>
internal sealed class EventHistory(long first)
{
    /// <summary>So many are kept.</summary>
    public const int MostEvents = 1000;

    /// <summary>So long are all together at most.</summary>
    public const int MostCharacters = 512 * 1024;

    private readonly Lock _changes = new();
    private readonly Queue<string> _lines = new();
    private readonly long _first = first;
    private long _next = first;
    private int _characters;
    private TaskCompletionSource? _news;

    /// <summary>One more.</summary>
    /// <param name="line">Makes the line, of its number.</param>
    public void Add(Func<long, string> line)
    {
        TaskCompletionSource? news;
        lock (_changes)
        {
            string added = line(_next++);
            _lines.Enqueue(added);
            _characters += added.Length;
            while (_lines.Count > MostEvents || (_characters > MostCharacters && _lines.Count > 1))
            {
                _characters -= _lines.Dequeue().Length;
            }
            (news, _news) = (_news, null);
        }
        news?.SetResult();
    }

    /// <summary>What has happened after an event.</summary>
    /// <param name="id">Its number; null, or one that is still to come, for all that is kept. One of another process,
    /// for all of this one.</param>
    public EventReading After(long? id)
    {
        lock (_changes)
        {
            long oldest = _next - _lines.Count;
            long from = id < _next ? Math.Max(id.Value + 1, _first) : oldest;
            return new EventReading(
                [.. _lines.Skip((int)Math.Max(0, from - oldest))], _next - 1, Math.Max(0, oldest - from));
        }
    }

    /// <summary>Ends when something has happened after an event.</summary>
    public Task NewsAfter(long id)
    {
        lock (_changes)
        {
            return _next - 1 > id
                ? Task.CompletedTask
                : (_news ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
