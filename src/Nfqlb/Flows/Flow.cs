using System.Collections.Immutable;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>A classification rule: packets that pass all its conditions go to its pool of targets.</summary>
/// <remarks>An empty condition lets every packet pass.</remarks>
public sealed class Flow
{
    /// <summary>The name, unique among flows.</summary>
    public required FlowName Name { get; init; }

    /// <summary>The pool of targets.</summary>
    public required PoolName Target { get; init; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Transport protocols.</summary>
    public Protocols Protocols { get; init; }

    /// <summary>Blocks of which one must contain the destination.</summary>
    public ImmutableArray<Cidr> Destinations { get; init; } = [];

    /// <summary>Blocks of which one must contain the source.</summary>
    public ImmutableArray<Cidr> Sources { get; init; } = [];

    /// <summary>Destination ports.</summary>
    public PortSet DestinationPorts { get; init; } = PortSet.Any;

    /// <summary>Source ports.</summary>
    public PortSet SourcePorts { get; init; } = PortSet.Any;

    /// <summary>Conditions on bytes of the transport header, all of which must hold.</summary>
    public ImmutableArray<ByteMatch> Matches { get; init; } = [];

    /// <summary>UDP port behind which SCTP packets of this flow may come encapsulated (RFC 6951); null for
    /// none.</summary>
    public ushort? UdpEncapsulationPort { get; init; }

    /// <summary>What of its packets is hashed.</summary>
    public HashRule Hash { get; init; }

    /// <summary>True when the packet is of this flow.</summary>
    /// <param name="packet">A whole packet or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    public bool Accepts(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        // A shut door first: ports and destinations turn most packets away.
        var key = packet.Key;
        return DestinationPorts.Contains(key.DestinationPort)
            && Contains(Destinations, key.Destination)
            && Protocols.Includes(key.Protocol)
            && Contains(Sources, key.Source)
            && SourcePorts.Contains(key.SourcePort)
            && AllMatch(packet, bytes);
    }

    /// <summary>The conditions that keep the packet out; none exactly when the flow accepts it.</summary>
    /// <remarks>For explanations: slower than <see cref="Accepts"/>, as it asks on after the first.</remarks>
    /// <param name="packet">A whole packet or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    public FlowConditions FailedBy(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        var key = packet.Key;
        return Unless(Protocols.Includes(key.Protocol), FlowConditions.Protocol)
            | Unless(Contains(Destinations, key.Destination), FlowConditions.Destination)
            | Unless(Contains(Sources, key.Source), FlowConditions.Source)
            | Unless(DestinationPorts.Contains(key.DestinationPort), FlowConditions.DestinationPort)
            | Unless(SourcePorts.Contains(key.SourcePort), FlowConditions.SourcePort)
            | Unless(AllMatch(packet, bytes), FlowConditions.Bytes);
    }

    /// <summary>True when the addresses are of this flow, whatever the protocol and ports: what promiscuous ping
    /// asks for echo requests.</summary>
    public bool AcceptsAddresses(in PacketKey key) =>
        Contains(Destinations, key.Destination) && Contains(Sources, key.Source);

    /// <summary>True when the other flow means the same in every respect.</summary>
    public bool IsSameAs(Flow other) => ReferenceEquals(this, other) || (
        Name == other.Name
        && Target == other.Target
        && Priority == other.Priority
        && Protocols == other.Protocols
        && Destinations.AsSpan().SequenceEqual(other.Destinations.AsSpan())
        && Sources.AsSpan().SequenceEqual(other.Sources.AsSpan())
        && DestinationPorts.Equals(other.DestinationPorts)
        && SourcePorts.Equals(other.SourcePorts)
        && Matches.AsSpan().SequenceEqual(other.Matches.AsSpan())
        && UdpEncapsulationPort == other.UdpEncapsulationPort
        && Hash == other.Hash);

    /// <summary>True when some packet passes the conditions of both, for all that can be said without its bytes.
    /// </summary>
    public bool Overlaps(Flow other) =>
        (Protocols == Protocols.Any || other.Protocols == Protocols.Any || (Protocols & other.Protocols) != 0)
        && (Meet(other, isIpv4: true) || Meet(other, isIpv4: false))
        && DestinationPorts.Overlaps(other.DestinationPorts)
        && SourcePorts.Overlaps(other.SourcePorts);

    /// <summary>Both addresses of a packet are of one family.</summary>
    private bool Meet(Flow other, bool isIpv4) =>
        Meet(Destinations, other.Destinations, isIpv4) && Meet(Sources, other.Sources, isIpv4);

    private static bool Meet(ImmutableArray<Cidr> one, ImmutableArray<Cidr> other, bool isIpv4)
    {
        if (one.IsEmpty || other.IsEmpty)
        {
            return one.IsEmpty && other.IsEmpty || (one.IsEmpty ? other : one).Any(block => Has(block, isIpv4));
        }
        foreach (var block in one)
        {
            foreach (var another in other)
            {
                var (wide, narrow) = block.PrefixLength < another.PrefixLength ? (block, another) : (another, block);
                if (wide.Contains(narrow.Base) && Has(narrow, isIpv4))
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>Addresses of a family; ::/0 has all of both.</summary>
    private static bool Has(Cidr block, bool isIpv4) =>
        isIpv4 ? block.Base.IsIpv4 || block.Contains(Cidr.Ipv4.Base) : !block.Base.IsIpv4;

    private static FlowConditions Unless(bool holds, FlowConditions condition) =>
        holds ? FlowConditions.None : condition;

    private static bool Contains(ImmutableArray<Cidr> blocks, Address address)
    {
        foreach (ref readonly var block in blocks.AsSpan())
        {
            if (block.Contains(address))
            {
                return true;
            }
        }
        return blocks.IsEmpty;
    }

    private bool AllMatch(in Packet packet, ReadOnlySpan<byte> bytes)
    {
        // The bytes inside an ICMP error are those of an answer: nothing that could be compared.
        if (Matches.IsEmpty || packet.Kind == PacketKind.IcmpError)
        {
            return true;
        }
        foreach (ref readonly var match in Matches.AsSpan())
        {
            if (!match.Matches(packet.Key.Protocol, bytes[packet.TransportOffset..]))
            {
                return false;
            }
        }
        return true;
    }
}
