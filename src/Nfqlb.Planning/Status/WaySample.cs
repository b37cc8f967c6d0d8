using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Status;

/// <summary>A packet that stands for others of a flow.</summary>
/// <param name="Flow">The flow that accepts it.</param>
/// <param name="Packet">The packet, as it comes.</param>
internal sealed record WaySample(Flow Flow, FilteredPacket Packet)
{
    /// <summary>The rule or route that it was made to meet; null for one that the flow alone has made.</summary>
    public Distinction? Meets { get; init; }

    /// <summary>It stands for some of the packets that the flow accepts without naming them: they may well be meant
    /// to be treated in another way.</summary>
    public bool IsPart { get; init; }

    /// <summary>What it is known by: `udp, from 10.0.0.1, to port 53, to 203.0.113.1`.</summary>
    public string Words
    {
        get
        {
            var words = new List<string>();
            if (Packet.Protocol is { } protocol)
            {
                words.Add($"{protocol}".ToLowerInvariant());
            }
            if (Meets?.From is not null && Packet.Source is { } source)
            {
                words.Add($"from {source.ToPlainString()}");
            }
            if (Meets?.SourcePorts is not null)
            {
                words.Add($"from port {Packet.SourcePort}");
            }
            if (Packet.DestinationPort is { } port)
            {
                words.Add($"to port {port}");
            }
            words.Add($"to {Packet.Destination.ToPlainString()}");
            return string.Join(", ", words);
        }
    }
}
