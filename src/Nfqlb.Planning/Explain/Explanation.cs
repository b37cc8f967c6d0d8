using System.Text.Json;

namespace Nfqlb.Planning.Explain;

/// <summary>The way of a packet, from the queue rule to the neighbour, or to where it ends.</summary>
/// <param name="Probe">The packet.</param>
/// <param name="Stations">In their order.</param>
public sealed record Explanation(Probe Probe, IReadOnlyList<Station> Stations)
{
    /// <summary>It gets to a target.</summary>
    public bool IsDelivered => Stations[^1].End is null;

    /// <summary>For people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{"packet",-10} {Probe}";
        foreach (var station in Stations)
        {
            string name = station.Name;
            foreach (string line in station.Lines)
            {
                yield return $"{name,-10} {line}";
                name = "";
            }
        }
        yield return $"{(IsDelivered ? "arrives" : "ends"),-10} {Outcome}";
        if (Stations[^1].Remedy is { } remedy)
        {
            yield return $"{"",-10} -> {remedy}";
        }
    }

    /// <summary>For programs: one object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("packet");
        json.WriteString("protocol", Probe.ProtocolName);
        json.WriteString("src", $"{Probe.Source}");
        json.WriteString("dst", $"{Probe.Destination}");
        json.WriteEndObject();
        foreach (var station in Stations)
        {
            json.WriteStartObject(station.Name);
            station.Write(json);
            json.WriteEndObject();
        }
        json.WriteBoolean("is_delivered", IsDelivered);
        json.WriteString("reason", Stations[^1].End);
        json.WriteString("remedy", Stations[^1].Remedy);
        json.WriteEndObject();
    }

    private string Outcome
    {
        get
        {
            if (Stations[^1].End is { } reason)
            {
                return reason;
            }
            foreach (var station in Stations)
            {
                if (station is PoolStation pool)
                {
                    return pool.Target is { } target
                        ? $"at target {target}"
                        : $"at the target of mark {pool.Found.Mark}";
                }
            }
            return "";
        }
    }
}
