using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;

namespace Nfqlb.Daemon.Tests.Logging;

/// <summary>What libraries log comes out as the balancer's own lines do.</summary>
public sealed class EventLoggerFactoryTests : IDisposable
{
    private readonly StringWriter _written = new();
    private readonly EventLog _log;
    private readonly EventLoggerFactory _factory;

    public EventLoggerFactoryTests()
    {
        _log = new EventLog(LogFormat.Json, _written, TimeProvider.System);
        _factory = new EventLoggerFactory(_log, new StoppedTime());
    }

    private JsonElement[] Lines =>
    [
        .. _written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement),
    ];

    [Fact]
    public void Warnings_and_errors_are_told_with_their_reason()
    {
        var logger = _factory.CreateLogger("Kestrel");

        logger.LogInformation("all is well");
        logger.LogWarning("client {Id} is slow", 7);
        logger.LogCritical(new InvalidOperationException("broken"), "the end");

        Assert.Equal(
            [("warning", "client 7 is slow", "-"), ("error", "the end", "broken")],
            Lines.Select(line => (Text(line, "severity"), Text(line, "message"), Text(line, "reason"))));
        Assert.All(Lines, line => Assert.Equal("Kestrel", Text(line, "category")));
    }

    [Fact]
    public void A_flood_takes_no_room_from_events_of_the_balancer()
    {
        var logger = _factory.CreateLogger("Kestrel");
        for (int i = 0; i < 10_000; i++)
        {
            logger.LogWarning("too many clients");
        }
        _log.Write(Severity.Notice, "pool replaced");

        Assert.Equal(6, Lines.Length);
        Assert.Equal("pool replaced", Text(Lines[^1], "event"));
    }

    public void Dispose() => _log.Dispose();

    private static string Text(JsonElement line, string key) =>
        line.TryGetProperty(key, out var value) ? value.GetString()! : "-";

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
