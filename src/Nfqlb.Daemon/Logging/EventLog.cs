using Nfqlb.Daemon.Settings;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Logging;

/// <summary>What happens to a balancer, a line an event, up to the level in force; never one for a packet.</summary>
/// <remarks>A flood of events is cut, and the log says by how many lines.</remarks>
internal sealed class EventLog : IDisposable
{
    private const int LinesPerSecond = 50;
    private const int BurstLines = 500;

    private readonly Lock _writing = new();
    private readonly LogFormat _format;
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;
    private readonly LineBudget _budget;
    private bool _areRefused;

    /// <summary>A log at the default level.</summary>
    /// <param name="format">How lines look.</param>
    /// <param name="writer">Where they go.</param>
    /// <param name="time">When they were written, and how fast they come.</param>
    public EventLog(LogFormat format, TextWriter writer, TimeProvider time)
    {
        _format = format;
        _writer = writer;
        _time = time;
        _budget = new LineBudget(time, LinesPerSecond, BurstLines);
        History = new EventHistory((long)time.GetUtcNow().Subtract(DateTimeOffset.UnixEpoch).TotalMicroseconds);
    }

    /// <summary>The last events down to <see cref="Severity.Info"/>, whatever the level and the flood.</summary>
    public EventHistory History { get; }

    /// <summary>Level and trace mask; null when they are not or cannot be used.</summary>
    public TraceSegment? Settings { get; private set; }

    private int Level => Settings?.Level ?? TraceSegment.DefaultLevel;

    /// <summary>Told of every event by its line and the areas of a trace that want it, whatever the flood.</summary>
    public event Action<TraceAreas, string>? Told;

    /// <summary>Tells an event that no trace asks for but the one of the log.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="what">What happened, in a few words that are always the same.</param>
    /// <param name="fields">To whom, and with which values.</param>
    public void Write(Severity severity, string what, params ReadOnlySpan<LogField> fields) =>
        Write(severity, TraceAreas.None, what, fields);

    /// <summary>Tells an event.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="area">What it is about; traces of that tell it at any log level.</param>
    /// <param name="what">What happened, in a few words that are always the same.</param>
    /// <param name="fields">To whom, and with which values.</param>
    public void Write(Severity severity, TraceAreas area, string what, params ReadOnlySpan<LogField> fields) =>
        Write(severity, area, what, fields, []);

    /// <summary>Tells an event.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="area">What it is about; traces of that tell it at any log level.</param>
    /// <param name="what">What happened, in a few words that are always the same.</param>
    /// <param name="fields">To whom, and with which values.</param>
    /// <param name="details">What the history tells beyond that, and no line of the log.</param>
    public void Write(
        Severity severity, TraceAreas area, string what, ReadOnlySpan<LogField> fields, LogField[] details)
    {
        if (severity <= Severity.Info)
        {
            LogField[] all = [.. fields, .. details];
            History.Add(id => LogLine.Kept(id, _time.GetUtcNow(), severity, what, all));
        }
        bool isLogged = (int)severity <= Level;
        Told?.Invoke(area | (isLogged ? TraceAreas.Log : TraceAreas.None), LogLine.Text(what, fields));
        if (!isLogged)
        {
            return;
        }
        lock (_writing)
        {
            if (!_budget.TryTake(out long leftOut))
            {
                return;
            }
            if (leftOut > 0)
            {
                WriteLine(Severity.Warning, "lines left out", new LogField("lines", $"{leftOut}"));
            }
            WriteLine(severity, what, fields);
        }
    }

    /// <summary>From now on the level is the one in shared memory.</summary>
    /// <param name="stop">Ends a wait for one who makes it just now.</param>
    /// <param name="makesThem">Where there is none, makes it.</param>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    /// <remarks>When that cannot be used, the log says so and keeps the default level: packets shall flow on.</remarks>
    public void UseSettings(CancellationToken stop, bool makesThem)
    {
        if (Settings is not null || _areRefused)
        {
            return;
        }
        var wait = LockWait.Short with { Stop = stop };
        try
        {
            Settings = makesThem
                ? TraceSegment.OpenOrCreate(TraceSegment.DefaultName, wait)
                : TraceSegment.TryOpen(TraceSegment.DefaultName, wait);
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            _areRefused = true;
            Write(Severity.Warning, "log level cannot be changed", new LogField("reason", e.Message));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Settings?.Dispose();

    private void WriteLine(Severity severity, string what, params ReadOnlySpan<LogField> fields) =>
        _writer.WriteLine(LogLine.Of(_format, _time.GetUtcNow(), severity, what, fields));
}
