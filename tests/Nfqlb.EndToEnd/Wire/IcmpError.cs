using System.Net;
using System.Net.Sockets;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Wire;

/// <summary>A kind of ICMP error.</summary>
/// <param name="Rest">The four bytes between the check sum and the packet inside: an MTU, a pointer, a gateway.</param>
internal sealed record IcmpError(string Name, byte Type, byte Code = 0, uint Rest = 0)
{
    /// <summary>RFC 792 and, for "too big", RFC 1191.</summary>
    public static IReadOnlyList<IcmpError> OfIPv4 { get; } =
    [
        new("net unreachable", 3), new("port unreachable", 3, 3), new("too big", 3, 4, 1280), new("source quench", 4),
        new("redirect", 5, 1, 0xc0000201), new("time exceeded", 11), new("reassembly time exceeded", 11, 1),
        new("parameter problem", 12, 0, 20u << 24),
    ];

    /// <summary>RFC 4443, section 3.</summary>
    public static IReadOnlyList<IcmpError> OfIPv6 { get; } =
    [
        new("no route", 1), new("port unreachable", 1, 4), new("too big", 2, 0, 1280), new("hop limit exceeded", 3),
        new("reassembly time exceeded", 3, 1), new("parameter problem", 4, 0, 40),
    ];

    /// <summary>The error that a router sends about a packet, to its source.</summary>
    /// <param name="cause">The packet from its first byte on, or as much of it as goes into the error.</param>
    public byte[] About(byte[] cause, IPAddress router, IPAddress sender) =>
        router.AddressFamily == AddressFamily.InterNetwork
            ? new IpHeader(router, sender, PacketTuple.Icmp)
                .Carry(Segment.Icmp4(Type, Code, [], Network.Bytes(Rest), cause))
            : new IpHeader(router, sender, PacketTuple.Icmp6)
                .Carry(Segment.Icmp6(router, sender, Type, Code, [], Network.Bytes(Rest), cause));
}
