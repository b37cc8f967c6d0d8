using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>A flow of the oracle: plain arrays, all asked from the first to the last. Empty where nothing is
/// asked.</summary>
internal sealed record PlainFlow
{
    public required string Name { get; init; }

    public int Priority { get; init; }

    public byte[] Protocols { get; init; } = [];

    public PlainBlock[] Destinations { get; init; } = [];

    public PlainBlock[] Sources { get; init; } = [];

    public (int First, int Last)[] DestinationPorts { get; init; } = [];

    public (int First, int Last)[] SourcePorts { get; init; } = [];

    /// <summary>Of TCP packets, what their fifth byte must be.</summary>
    public byte? Byte { get; init; }

    public ushort? UdpEncapsulationPort { get; init; }

    public bool IsHelper => Name.StartsWith('#');

    /// <summary>The flow that catches what comes encapsulated; null when there is none.</summary>
    public PlainFlow? Helper => UdpEncapsulationPort is not { } port ? null : new PlainFlow
    {
        Name = '#' + Name,
        Priority = Priority,
        Protocols = [PlainPacket.Udp],
        Destinations = Destinations,
        Sources = Sources,
        DestinationPorts = [(port, port)],
    };

    public bool Accepts(in PlainPacket packet, bool isPromiscuousPing)
    {
        if (!Contains(Destinations, packet.Destination) || !Contains(Sources, packet.Source))
        {
            return false;
        }
        if (isPromiscuousPing && packet.Kind == PacketKind.EchoRequest)
        {
            return !IsHelper;
        }
        return (Protocols is [] || Protocols.AsSpan().Contains(packet.Protocol))
            && Contains(DestinationPorts, packet.DestinationPort)
            && Contains(SourcePorts, packet.SourcePort)
            && (Byte is null || packet.Protocol != PlainPacket.Tcp || packet.Kind == PacketKind.IcmpError
                || Byte == packet.Byte);
    }

    public Flow ToFlow() => new()
    {
        Name = new FlowName(Name),
        Target = new PoolName("lb"),
        Priority = Priority,
        Protocols = Protocols.Aggregate(Nfqlb.Flows.Protocols.Any, (all, one) => all | one switch
        {
            PlainPacket.Tcp => Nfqlb.Flows.Protocols.Tcp,
            PlainPacket.Udp => Nfqlb.Flows.Protocols.Udp,
            _ => Nfqlb.Flows.Protocols.Sctp,
        }),
        Destinations = [.. Destinations.Select(block => block.ToCidr())],
        Sources = [.. Sources.Select(block => block.ToCidr())],
        DestinationPorts = ToPortSet(DestinationPorts),
        SourcePorts = ToPortSet(SourcePorts),
        Matches = Byte is { } value ? [new ByteMatch(IpProtocol.Tcp, PlainPacket.ByteOffset, 1, 0, value)] : [],
        UdpEncapsulationPort = UdpEncapsulationPort,
    };

    private static bool Contains(PlainBlock[] blocks, UInt128 address)
    {
        foreach (ref readonly var block in blocks.AsSpan())
        {
            if (block.Contains(address))
            {
                return true;
            }
        }
        return blocks.Length == 0;
    }

    private static bool Contains((int First, int Last)[] ranges, int port)
    {
        foreach (var (first, last) in ranges)
        {
            if (first <= port && port <= last)
            {
                return true;
            }
        }
        return ranges.Length == 0;
    }

    private static PortSet ToPortSet((int First, int Last)[] ranges) =>
        new(ranges.Select(range => new PortRange((ushort)range.First, (ushort)range.Last)));
}
