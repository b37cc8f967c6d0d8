using System.Text.Json;
using Nfqlb.Control;
using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Control;

/// <summary>Connections that stay with their targets while tables change, as JSON.</summary>
/// <param name="flows">The flows, which know the pools.</param>
/// <param name="connections">What is remembered; null where connections go by the table alone.</param>
internal sealed class DrainListing(FlowTable flows, ConnectionTable? connections)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>The pools by name, each with how many entries drain, and how long the last one still does.</summary>
    public IReadOnlyList<(TargetPool Pool, int Entries, double SecondsLeft)> Pools()
    {
        if (connections is null)
        {
            return [];
        }
        var pools = new List<(TargetPool, int, double)>();
        foreach (var pool in flows.Pools().Distinct().OrderBy(pool => pool.Name.Text, StringComparer.Ordinal))
        {
            pools.Add(pool.Draining is { Table.Moved: { } entries }
                ? (pool, entries.Count, SecondsTo(entries.Latest))
                : (pool, 0, 0));
        }
        return pools;
    }

    /// <summary>What is remembered now, and was so far; null where nothing ever is.</summary>
    public ConnectionStatistics? Statistics => connections?.ReadStatistics();

    /// <summary>All of it, as a property of an object that is begun.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="keptPackets">Packets that went where their tables do not say.</param>
    public void Write(Utf8JsonWriter json, long keptPackets)
    {
        json.WriteStartObject("drain");
        json.WriteNumber("seconds", (connections?.Options.Nanoseconds ?? 0) / NanosecondsPerSecond);
        if (connections is not null)
        {
            var statistics = connections.ReadStatistics();
            json.WriteString("udp", connections.Options.MovesUdp ? "move" : "stay");
            json.WriteNumber("room", connections.Options.Connections);
            json.WriteNumber("connections", statistics.Connections);
            json.WriteNumber("remembered", statistics.Remembered);
            json.WriteNumber("evicted", statistics.Evicted);
            json.WriteNumber("kept_packets", keptPackets);
        }
        json.WriteStartArray("pools");
        foreach (var (pool, entries, secondsLeft) in Pools().Where(pool => pool.Entries > 0))
        {
            json.WriteStartObject();
            json.WriteString("pool", pool.Name.Text);
            json.WriteNumber("entries", entries);
            json.WriteNumber("of", pool.Segment.Size.Entries);
            json.WriteNumber("seconds_left", secondsLeft);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Whether an entry of a pool drains, and where connections go that nobody remembers.</summary>
    /// <param name="name">The pool, as it was typed.</param>
    /// <param name="number">The entry, as it was typed.</param>
    /// <exception cref="FlowException">No flow leads to such a pool, or it has no such entry.</exception>
    public string OfEntry(string? name, string? number)
    {
        var pool = flows.Pools().FirstOrDefault(pool => pool.Name.Text == name)
            ?? throw new FlowException($"FAIL: no flow leads to pool [{name}]");
        if (!int.TryParse(number, out int entry) || entry < 0 || entry >= pool.Segment.Size.Entries)
        {
            throw new FlowException($"FAIL: pool [{name}] has no entry [{number}]");
        }
        var table = pool.Draining?.Table;
        double left = table?.Moved is { } moved ? SecondsTo(moved.UntilOf(entry)) : 0;
        return JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("seconds_left", left);
            if (left > 0 && table!.Table.CanKeep(table.Moved!.OldOf(entry), table.Moved.OldMarkOf(entry)))
            {
                json.WriteNumber("old_slot", table.Moved.OldOf(entry));
                json.WriteNumber("old_fwmark", table.Moved.OldMarkOf(entry));
            }
            json.WriteEndObject();
        }) + '\n';
    }

    private double SecondsTo(long time) =>
        Math.Max(0, Math.Round((time - connections!.Options.Clock()) / NanosecondsPerSecond, 1));
}
