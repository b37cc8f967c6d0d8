namespace Nfqlb.Benchmarks.Support;

/// <summary>How many flows can differ from each other.</summary>
public enum FlowShape
{
    /// <summary>A virtual IP each: the usual.</summary>
    DisjointAddresses,

    /// <summary>One virtual IP, a port each.</summary>
    DistinctPorts,

    /// <summary>One virtual IP, port ranges that overlap some thousand others.</summary>
    OverlappingPorts,

    /// <summary>One virtual IP and port, a source address each.</summary>
    DistinctSources,

    /// <summary>Prefixes within prefixes, all of one priority; the longest were defined first.</summary>
    NestedPrefixes,
}

/// <summary>Flows of a shape, and for each a packet that belongs to it.</summary>
internal static class FlowShapes
{
    private const uint VirtualIp = 0x6440_0000;
    private const uint Client = 0xc612_0000;
    private const ushort Port = 5_000;
    private const int NestDepth = 17; // from /32 to /16

    /// <summary>The conditions of a flow.</summary>
    public static (string Destination, string Source, string Ports) ConditionsOf(FlowShape shape, int flow) =>
        shape switch
        {
            FlowShape.DisjointAddresses => ($"{Text(VirtualIp + (uint)flow)}/32", "0.0.0.0/0", $"{Port}"),
            FlowShape.DistinctPorts => ($"{Text(VirtualIp)}/32", "0.0.0.0/0", $"{FirstPort(flow, 1)}"),
            FlowShape.OverlappingPorts => (
                $"{Text(VirtualIp)}/32", "0.0.0.0/0", $"{FirstPort(flow, 4)}-{FirstPort(flow, 4) + 5_000}"),
            FlowShape.DistinctSources => ($"{Text(VirtualIp)}/32", $"{Text(Client + (uint)flow)}/32", $"{Port}"),
            FlowShape.NestedPrefixes => ($"{Text(NestBase(flow))}/{PrefixLength(flow)}", "0.0.0.0/0", $"{Port}"),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };

    /// <summary>A packet of a flow: in overlapping ranges the last port, in nested ones not in longer ones.</summary>
    public static byte[] PacketOf(FlowShape shape, int flow, ushort sourcePort) => shape switch
    {
        FlowShape.DisjointAddresses => SamplePackets.Udp4(Client, sourcePort, VirtualIp + (uint)flow, Port),
        FlowShape.DistinctPorts => SamplePackets.Udp4(Client, sourcePort, VirtualIp, (ushort)FirstPort(flow, 1)),
        FlowShape.OverlappingPorts =>
            SamplePackets.Udp4(Client, sourcePort, VirtualIp, (ushort)(FirstPort(flow, 4) + 5_000)),
        FlowShape.DistinctSources => SamplePackets.Udp4(Client + (uint)flow, sourcePort, VirtualIp, Port),
        FlowShape.NestedPrefixes => SamplePackets.Udp4(Client, sourcePort, InNest(flow), Port),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static int FirstPort(int flow, int step) => 1 + flow * step;

    private static uint NestBase(int flow) => 0x0a00_0000 + (uint)(flow / NestDepth << 16);

    private static int PrefixLength(int flow) => 32 - flow % NestDepth;

    private static uint InNest(int flow) =>
        PrefixLength(flow) == 32 ? NestBase(flow) : NestBase(flow) | 1u << (31 - PrefixLength(flow));

    private static string Text(uint address) =>
        $"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}";
}
