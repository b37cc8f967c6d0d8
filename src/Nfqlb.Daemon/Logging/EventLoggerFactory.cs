using Microsoft.Extensions.Logging;

namespace Nfqlb.Daemon.Logging;

/// <summary>Gives what the libraries have to say, warnings and errors alone, to the event log.</summary>
/// <remarks>Clients can make Kestrel speak: a flood of it is cut to a few lines, so that it takes no room from events
/// of the balancer's own.</remarks>
/// <param name="log">Where it goes.</param>
/// <param name="time">What the flood is measured by.</param>
internal sealed class EventLoggerFactory(EventLog log, TimeProvider time) : ILoggerFactory
{
    private const double LinesPerSecond = 0.2;
    private const int BurstLines = 5;

    // The host's account of a service that failed, which the balancer tells itself.
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int BackgroundServiceFaulted = 9;
    private const int BackgroundServiceStoppingHost = 10;

    private readonly Lock _counting = new();
    private readonly LineBudget _budget = new(time, LinesPerSecond, BurstLines);

    /// <summary>Measured by the system's clock.</summary>
    public EventLoggerFactory(EventLog log)
        : this(log, TimeProvider.System)
    {
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>There is one way for all.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, EventId id, string message, Exception? exception)
    {
        bool isToldAnyway = category == HostCategory
            && id.Id is BackgroundServiceFaulted or BackgroundServiceStoppingHost;
        if (isToldAnyway)
        {
            return;
        }
        long leftOut;
        lock (_counting)
        {
            if (!_budget.TryTake(out leftOut))
            {
                return;
            }
        }
        log.Write(
            level >= LogLevel.Error ? Severity.Error : Severity.Warning, "library reports",
            [
                new LogField("category", category), new LogField("message", message),
                .. exception is null ? (LogField[])[] : [new LogField("reason", exception.Message)],
                .. leftOut == 0 ? (LogField[])[] : [new LogField("left_out", $"{leftOut}")],
            ]);
    }

    private sealed class Logger(EventLoggerFactory factory, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                factory.Write(logLevel, category, eventId, formatter(state, exception), exception);
            }
        }
    }
}
