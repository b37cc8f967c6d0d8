using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Filters;

/// <summary>A policy of IPsec for packets that are forwarded: what `ip xfrm policy` lists.</summary>
/// <param name="IsOutgoing">It is asked for the way out; else on the way in. A forwarded packet meets both.</param>
/// <param name="From">Where packets come from.</param>
/// <param name="To">Where they go to.</param>
public sealed record TransformPolicy(bool IsOutgoing, Cidr From, Cidr To)
{
    /// <summary>Lower ones come first.</summary>
    public uint Priority { get; init; }

    /// <summary>The protocol; null for any.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>Source ports; null for any.</summary>
    public PortRange? SourcePorts { get; init; }

    /// <summary>Destination ports; null for any.</summary>
    public PortRange? DestinationPorts { get; init; }

    /// <summary>It has a condition that is not told here: a link, a user, some bits of a port.</summary>
    public bool HasOtherConditions { get; init; }

    /// <summary>Packets are dropped.</summary>
    public bool IsBlocking { get; init; }

    /// <summary>Packets are encrypted, or have to come so.</summary>
    public bool IsTransforming { get; init; }

    /// <summary>The words ip(8) takes for it, behind `ip xfrm policy delete`.</summary>
    public string Words
    {
        get
        {
            string ports = (SourcePorts is { } sources ? $" sport {sources.First}" : "")
                + (DestinationPorts is { } ends ? $" dport {ends.First}" : "");
            string transport = Protocol is { } protocol ? $" proto {(byte)protocol}{ports}" : "";
            return $"dir {(IsOutgoing ? "out" : "fwd")} src {From.ToPlainString()} dst {To.ToPlainString()}{transport}";
        }
    }

    /// <summary>The policy that decides about a packet; null for none.</summary>
    /// <param name="policies">All there are.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="isOutgoing">On its way out; else on its way in.</param>
    public static TransformPolicy? Find(
        IReadOnlyList<TransformPolicy> policies, FilteredPacket packet, bool isOutgoing) =>
        policies.Where(policy => policy.IsOutgoing == isOutgoing && policy.Holds(packet))
            .MinBy(policy => policy.Priority);

    private bool Holds(FilteredPacket packet) =>
        To.Contains(packet.Destination)
        && (packet.Source is not { } source || From.Contains(source))
        && (Protocol is null || Protocol == packet.Protocol)
        && IsIn(SourcePorts, packet.SourcePort) && IsIn(DestinationPorts, packet.DestinationPort);

    private static bool IsIn(PortRange? range, ushort? port) =>
        range is not { } ports || port >= ports.First && port <= ports.Last;
}
