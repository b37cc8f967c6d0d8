using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Filters;

/// <summary>A condition of a packet filter's rule.</summary>
public abstract record FilterCondition
{
    /// <summary>It is for packets that do not match.</summary>
    public bool IsInverted { get; init; }

    /// <summary>Whether a packet passes it; null where what is known of packet or condition does not tell.</summary>
    public bool? Holds(FilteredPacket packet) => Matches(packet) is { } matches ? matches != IsInverted : null;

    /// <summary>The same before <see cref="IsInverted"/>.</summary>
    protected abstract bool? Matches(FilteredPacket packet);
}

/// <summary>On an address.</summary>
/// <param name="IsSource">The source; else the destination.</param>
/// <param name="Block">Holds it.</param>
public sealed record AddressCondition(bool IsSource, Cidr Block) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        IsSource ? packet.Source is { } source ? Block.Contains(source) : null : Block.Contains(packet.Destination);
}

/// <summary>On the family.</summary>
/// <param name="IsIpv4">IPv4; else IPv6.</param>
public sealed record FamilyCondition(bool IsIpv4) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) => packet.Destination.IsIpv4 == IsIpv4;
}

/// <summary>On the protocol.</summary>
/// <param name="Protocol">Its number.</param>
public sealed record ProtocolCondition(IpProtocol Protocol) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        packet.Protocol is { } protocol ? protocol == Protocol : null;
}

/// <summary>On a port.</summary>
/// <param name="IsSource">The source's; else the destination's.</param>
/// <param name="First">The lowest, host order.</param>
/// <param name="Last">The highest.</param>
public sealed record PortCondition(bool IsSource, ushort First, ushort Last) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        (IsSource ? packet.SourcePort : packet.DestinationPort) is { } port ? port >= First && port <= Last : null;
}

/// <summary>On a link.</summary>
/// <param name="IsIncoming">The one it comes by; else the one it leaves by.</param>
/// <param name="Name">Its name, or how that begins.</param>
/// <param name="IsPrefix">How it begins.</param>
public sealed record LinkCondition(bool IsIncoming, string Name, bool IsPrefix) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        (IsIncoming ? packet.IncomingLink : packet.OutgoingLink) is not { } link ? null
        : IsPrefix ? link.StartsWith(Name, StringComparison.Ordinal)
        : link == Name;
}

/// <summary>On bits of the mark.</summary>
/// <param name="Value">They must be so.</param>
/// <param name="Mask">Which bits.</param>
public sealed record MarkCondition(uint Value, uint Mask) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        packet.Mark is { } mark ? (mark & Mask) == Value : null;
}

/// <summary>On what connection tracking says.</summary>
/// <param name="States">One of these.</param>
public sealed record ConnectionCondition(ConnectionStates States) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        packet.Connection is { } state ? (States & state) != 0 : null;
}

/// <summary>On the priority.</summary>
/// <param name="Value">It must be that.</param>
public sealed record PriorityCondition(uint Value) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) =>
        packet.Priority is { } priority ? priority == Value : null;
}

/// <summary>One that this program does not know.</summary>
/// <param name="Name">What the kernel calls it.</param>
public sealed record UnknownCondition(string Name) : FilterCondition
{
    /// <inheritdoc/>
    protected override bool? Matches(FilteredPacket packet) => null;
}
