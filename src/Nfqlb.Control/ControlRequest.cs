using System.Globalization;
using System.Text;
using Nfqlb.Flows;

namespace Nfqlb.Control;

/// <summary>What a client asks of the running balancer: `key:value` lines, ended by `eoc:`.</summary>
/// <remarks>The protocol of nfqlb 1.2.0, one request a connection; the answer is text up to the close.</remarks>
public sealed class ControlRequest
{
    private const string End = "eoc:";

    /// <summary>set, delete, list, list-names, the same four behind `trace-`, counters, settings, health, capture,
    /// takeover, withdraw, drain, configuration, checks, judge, events.</summary>
    public string? Action { get; set; }

    /// <summary>Of a takeover: the queues that the new balancer wants to read.</summary>
    public string? Queues { get; set; }

    /// <summary>Of what is to be withdrawn, the virtual addresses, with commas.</summary>
    public string? Vips { get; set; }

    /// <summary>Of a capture, the name of the flow whose packets are wanted; null for any.</summary>
    public string? CapturedFlow { get; set; }

    /// <summary>Of a flow that is set, the one of its priority that it goes before, or empty for behind all of them;
    /// null to stay where it is.</summary>
    public string? Before { get; set; }

    /// <summary>Of a pool whose drain is asked for, an entry of its table, as a number.</summary>
    public string? Entry { get; set; }

    /// <summary>A packet that is asked about, from its IP header on, in hexadecimal.</summary>
    public string? Packet { get; set; }

    /// <summary>The link that it comes by.</summary>
    public string? Link { get; set; }

    /// <summary>Of events, the number of the last one that is known already.</summary>
    public string? After { get; set; }

    /// <summary>Of events, anything where those to come are wanted too.</summary>
    public string? Follow { get; set; }

    /// <summary>The number of <see cref="After"/>; null where there is none.</summary>
    public long? AfterId =>
        long.TryParse(After, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null;

    /// <summary>The flow that is meant, as it was typed.</summary>
    public FlowText Flow { get; init; } = new();

    /// <summary>Adds one line.</summary>
    /// <returns>True when it was the last one.</returns>
    /// <exception cref="FlowException">The line means nothing here.</exception>
    public bool Read(ReadOnlySpan<char> line)
    {
        if (line.SequenceEqual(End))
        {
            return true;
        }
        int colon = line.IndexOf(':');
        var key = colon < 0 ? line : line[..colon];
        if (colon < 0 || !TrySet(key, line[(colon + 1)..].ToString()))
        {
            throw new FlowException($"FAIL: unknown key [{key}]");
        }
        return false;
    }

    /// <summary>The request as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        foreach (string line in Lines())
        {
            text.Append(line).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.Append(End).Append('\n').ToString());
    }

    /// <summary>The lines without their ends, and without the last one.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var (key, value) in Fields())
        {
            if (value is not null)
            {
                yield return $"{key}:{value}";
            }
        }
    }

    private IEnumerable<(string Key, string? Value)> Fields() =>
    [
        ("action", Action),
        ("queues", Queues),
        ("vips", Vips),
        ("name", Flow.Name),
        ("target", Flow.Target),
        ("priority", Flow.Priority),
        ("protocols", Flow.Protocols),
        ("dsts", Flow.Destinations),
        ("srcs", Flow.Sources),
        ("dports", Flow.DestinationPorts),
        ("sports", Flow.SourcePorts),
        ("match", Flow.Match),
        ("udpencap", Flow.UdpEncapsulation),
        ("hash", Flow.Hash),
        ("flow", CapturedFlow),
        ("before", Before),
        ("entry", Entry),
        ("packet", Packet),
        ("link", Link),
        ("after", After),
        ("follow", Follow),
    ];

    private bool TrySet(ReadOnlySpan<char> key, string value)
    {
        switch (key)
        {
            case "action": Action = value; return true;
            case "queues": Queues = value; return true;
            case "vips": Vips = value; return true;
            case "name": Flow.Name = value; return true;
            case "target": Flow.Target = value; return true;
            case "priority": Flow.Priority = value; return true;
            case "protocols": Flow.Protocols = value; return true;
            case "dsts": Flow.Destinations = value; return true;
            case "srcs": Flow.Sources = value; return true;
            case "dports": Flow.DestinationPorts = value; return true;
            case "sports": Flow.SourcePorts = value; return true;
            case "match": Flow.Match = value; return true;
            case "udpencap": Flow.UdpEncapsulation = value; return true;
            case "hash": Flow.Hash = value; return true;
            case "before": Before = value; return true;
            case "entry": Entry = value; return true;
            case "packet": Packet = value; return true;
            case "link": Link = value; return true;
            case "after": After = value; return true;
            case "follow": Follow = value; return true;
            case "flow": CapturedFlow = value; return true;
            default: return false;
        }
    }
}
