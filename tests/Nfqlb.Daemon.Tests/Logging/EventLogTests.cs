using System.Text.Json;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;

namespace Nfqlb.Daemon.Tests.Logging;

public sealed class EventLogTests
{
    private readonly StringWriter _written = new();
    private readonly SteppedTime _time = new();

    private string[] Lines => _written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void A_line_of_text_says_when_how_bad_what_and_to_whom()
    {
        Log(LogFormat.Text).Write(
            Severity.Notice, "pool replaced", new LogField("pool", "lb-1"), new LogField("reason", "a \"b\"\n"));

        Assert.Equal(
            """2026-01-02T03:04:05.000Z notice pool replaced pool=lb-1 reason="a \"b\"\x0a" """.Trim(),
            Assert.Single(Lines));
    }

    [Fact]
    public void A_line_of_JSON_says_the_same()
    {
        Log(LogFormat.Json).Write(Severity.Error, "queue failed", new LogField("reason", "a \"b\"\n"));

        var root = JsonDocument.Parse(Assert.Single(Lines)).RootElement;
        Assert.Equal("2026-01-02T03:04:05.000Z", root.GetProperty("time").GetString());
        Assert.Equal("error", root.GetProperty("severity").GetString());
        Assert.Equal("queue failed", root.GetProperty("event").GetString());
        Assert.Equal("a \"b\"\n", root.GetProperty("reason").GetString());
    }

    [Fact]
    public void What_matters_less_than_the_level_is_left_out()
    {
        var log = Log(LogFormat.Text);

        log.Write(Severity.Info, "flow set");
        log.Write(Severity.Notice, "started");

        Assert.EndsWith(" notice started", Assert.Single(Lines));
    }

    [Fact]
    public void A_flood_is_cut_and_the_log_says_by_how_many_lines()
    {
        const int flood = 10_000;
        var log = Log(LogFormat.Text);
        for (int i = 0; i < flood; i++)
        {
            log.Write(Severity.Warning, "again");
        }
        int atOnce = Lines.Length;
        Assert.InRange(atOnce, 10, 1000);

        _time.Now += TimeSpan.FromSeconds(1);
        log.Write(Severity.Warning, "later");

        Assert.EndsWith($" warning lines left out lines={flood - atOnce}", Lines[^2]);
        Assert.EndsWith(" warning later", Lines[^1]);
    }

    private EventLog Log(LogFormat format) => new(format, _written, _time);

    private sealed class SteppedTime : TimeProvider
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public DateTimeOffset Now { get; set; } = Start;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => (Now - Start).Ticks;
    }
}
