using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>Packets without a key: one row a lie.</summary>
internal static class HostilePackets
{
    public static readonly PacketCase[] Rows = [.. Headers, .. Chains, .. Transports, .. Icmp, .. Errors];

    private static PacketCase[] Headers =>
    [
        new("no bytes at all", [], "UnknownVersion"),
        new("version 0", Ip.V4().Tcp(1000, 80).With(0, 0x05), "UnknownVersion"),
        new("version 5", Ip.V4().Tcp(1000, 80).With(0, 0x55), "UnknownVersion"),
        new("version 15", Ip.V6().Tcp(1000, 80).With(0, 0xf0), "UnknownVersion"),
        new("IPv4 of one byte", [0x45], "Ipv4HeaderTruncated"),
        new("IPv4 of 19 bytes", Ip.V4().Tcp(1000, 80).Cut(19), "Ipv4HeaderTruncated"),
        new("header length 0", Ip.V4().Tcp(1000, 80).With(0, 0x40), "Ipv4HeaderInvalid"),
        new("header length 16", Ip.V4().Tcp(1000, 80).With(0, 0x44), "Ipv4HeaderInvalid"),
        new("header length 60 of 40 bytes", Ip.V4().Tcp(1000, 80).With(0, 0x4f), "Ipv4HeaderTruncated"),
        new("IPv6 of one byte", [0x60], "Ipv6HeaderTruncated"),
        new("IPv6 of 39 bytes", Ip.V6().Tcp(1000, 80).Cut(39), "Ipv6HeaderTruncated"),
    ];

    private static PacketCase[] Chains =>
    [
        new("announced extension header that is not there", Ip.V6().Carry(IpProtocol.HopByHop, []),
            "ExtensionHeaderTruncated"),
        new("extension header of 7 bytes", Ip.V6().Carry(IpProtocol.Routing, [6, 0, 0, 0, 0, 0, 0]),
            "ExtensionHeaderTruncated"),
        new("extension header longer than the packet", Ip.V6().HopByHop().Tcp(1000, 80).With(41, 255),
            "ExtensionHeaderTruncated"),
        new("extension header one byte longer than the packet", Ip.V6().HopByHop(1).Carry((IpProtocol)59, []).Cut(55),
            "ExtensionHeaderTruncated"),
        new("fragment header of 7 bytes", Ip.V6().Fragment(7, 0, true).Udp(1, 2).Cut(47), "ExtensionHeaderTruncated"),
        new("nine extension headers",
            Ip.V6().HopByHop().DestinationOptions().DestinationOptions().DestinationOptions().DestinationOptions()
                .DestinationOptions().DestinationOptions().DestinationOptions().DestinationOptions().Tcp(1000, 80),
            "TooManyExtensionHeaders"),
        new("an atomic fragment inside a first fragment does not make it whole",
            Ip.V6().Fragment(7, 0, true).Fragment(8, 0, false).Udp(1000, 53), "FragmentHeaderRepeated"),
        new("a later fragment inside an atomic fragment",
            Ip.V6().Fragment(7, 0, false).Fragment(8, 5, false).Udp(1000, 53), "FragmentHeaderRepeated"),
    ];

    private static PacketCase[] Transports =>
    [
        new("TCP of no bytes", Ip.V4().Carry(IpProtocol.Tcp, []), "PortsTruncated"),
        new("TCP of 3 bytes", Ip.V4().Carry(IpProtocol.Tcp, [3, 232, 0]), "PortsTruncated"),
        new("UDP of 3 bytes", Ip.V6().Carry(IpProtocol.Udp, [3, 232, 0]), "PortsTruncated"),
        new("SCTP of 3 bytes", Ip.V4().Carry(IpProtocol.Sctp, [3, 232, 0]), "PortsTruncated"),
        new("first fragment too small for its ports (RFC 1858)",
            Ip.V4().Fragment(7, 0, true).Carry(IpProtocol.Tcp, [3, 232]), "PortsTruncated"),
        new("IPv6 first fragment too small for its ports",
            Ip.V6().Fragment(7, 0, true).Carry(IpProtocol.Tcp, [3, 232]), "PortsTruncated"),
        new("UDP of one byte behind options", Ip.V4().Options(10).Carry(IpProtocol.Udp, [1]), "PortsTruncated"),
    ];

    /// <summary>nfqlb 1.2.0 read the type before it looked at the length.</summary>
    private static PacketCase[] Icmp =>
    [
        .. Enumerable.Range(0, 8).Select(length => new PacketCase(
            $"echo request of {length} bytes", Ip.V4().EchoRequest(7).Cut(20 + length), "IcmpTruncated")),
        .. Enumerable.Range(0, 8).Select(length => new PacketCase(
            $"ICMPv6 echo request of {length} bytes", Ip.V6().EchoRequest(7).Cut(40 + length), "IcmpTruncated")),
        .. Enumerable.Range(0, 8).Select(length => new PacketCase(
            $"ICMP error of {length} bytes", Ip.V4().IcmpError(3, []).Cut(20 + length), "IcmpTruncated")),
        .. Enumerable.Range(0, 4).Select(length => new PacketCase(
            $"ICMP timestamp of {length} bytes", Ip.V4().IcmpBytes(new byte[] { 13, 0, 0, 0 }[..length]),
            "IcmpTruncated")),
    ];

    private static PacketCase[] Errors =>
    [
        new("error in a first fragment",
            Ip.V4("30.0.0.1").Fragment(7, 0, true).IcmpError(3, Ip.AnswerV4().Tcp(80, 1000)), "IcmpErrorFragmented"),
        new("ICMPv6 error in a first fragment",
            Ip.V6("3000::1").Fragment(7, 0, true).IcmpError(1, Ip.AnswerV6().Tcp(80, 1000)), "IcmpErrorFragmented"),
        new("error about nothing", Ip.V4("30.0.0.1").IcmpError(3, []), "InnerPacketTruncated"),
        new("ICMPv6 error about nothing", Ip.V6("3000::1").IcmpError(1, []), "InnerPacketTruncated"),
        new("error about half a header", Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000).Cut(10)),
            "InnerPacketTruncated"),
        new("error about a packet cut before its ports",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000).Cut(23)), "InnerPacketTruncated"),
        new("ICMPv6 error about a packet cut in its chain",
            Ip.V6("3000::1").IcmpError(3, Ip.AnswerV6().HopByHop(1).Tcp(80, 1000).Cut(50)), "InnerPacketTruncated"),
        new("ICMP error about an IPv6 packet", Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV6().Tcp(80, 1000)),
            "InnerPacketInvalid"),
        new("ICMPv6 error about an IPv4 packet", Ip.V6("3000::1").IcmpError(1, Ip.AnswerV4().Tcp(80, 1000)),
            "InnerPacketInvalid"),
        new("error about no IP packet", Ip.V4("30.0.0.1").IcmpError(3, [0xff, 0xff, 0xff, 0xff]),
            "InnerPacketInvalid"),
        new("error about a header length below 20",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000).With(0, 0x41)), "InnerPacketInvalid"),
    ];
}
