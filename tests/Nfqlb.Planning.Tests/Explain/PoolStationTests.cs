using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Tests.Explain;

/// <summary>What is said of a packet's entry.</summary>
public class PoolStationTests
{
    private static readonly PoolStation Station = new(
        new PoolName("web"), 7, new PoolSize(101, 4), MarkMask.All, new Location(7, 2, new FirewallMark(102)), null);

    /// <summary>State, since when, why, and how long the last check took; for programs too.</summary>
    [Fact]
    public void What_checks_find_of_its_target_is_said()
    {
        var station = Station with
        {
            Verdict = new TargetVerdict(Station.Pool, 2, "blue", TargetHealth.Bad)
            {
                Since = "2026-11-28 10:00:00Z", Error = "status 503", Latency = TimeSpan.FromMilliseconds(1.5),
                Ramp = Ramp.Of(3),
            },
        };
        Assert.Equal(
            "checks find it bad, with 3/8 of its weight, since 2026-11-28 10:00:00Z, last check 1.5 ms: status 503",
            station.Lines.Last());
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            station.Write(json);
            json.WriteEndObject();
        }
        var written = JsonElement.Parse(bytes.ToArray());
        Assert.Equal(
            ("bad", "2026-11-28 10:00:00Z", "status 503", 0.0015),
            (written.GetProperty("health").GetString(), written.GetProperty("health_since").GetString(),
                written.GetProperty("check_error").GetString(),
                written.GetProperty("check_latency_seconds").GetDouble()));
    }

    [Fact]
    public void Of_an_entry_that_drains_it_says_where_older_connections_stay()
    {
        var kept = Station with { Drain = new DrainingEntry(41.3, (0, new FirewallMark(100))) };
        Assert.Equal(
            "drains for 41.3 s more: new connections go there, older ones stay with slot 0, mark 100",
            kept.Lines.Last());
        var lost = Station with { Drain = new DrainingEntry(3, null) };
        Assert.Equal(
            "drains for 3.0 s more: new connections go there, older ones have lost their target", lost.Lines.Last());
    }
}
