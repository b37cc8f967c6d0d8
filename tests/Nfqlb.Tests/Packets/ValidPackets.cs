using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>Packets that have a key: one row a field.</summary>
internal static class ValidPackets
{
    private const IpProtocol Gre = (IpProtocol)47;
    private const IpProtocol Esp = (IpProtocol)50;
    private const IpProtocol Ah = (IpProtocol)51;
    private const IpProtocol NoNextHeader = (IpProtocol)59;

    public static readonly PacketCase[] Rows =
    [
        .. Transports, .. Ipv4Headers, .. Ipv6Chains, .. Fragments, .. Icmp, .. Icmpv6, .. Errors, .. Ends,
    ];

    private static PacketCase[] Transports =>
    [
        new("TCP", Ip.V4().Tcp(1000, 80), "Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @20"),
        new("UDP", Ip.V4().Udp(1000, 53), "Ports udp 10.0.0.1#1000 > 20.0.0.1#53 @20"),
        new("SCTP", Ip.V4().Sctp(1000, 5000), "Ports sctp 10.0.0.1#1000 > 20.0.0.1#5000 @20"),
        new("TCP over IPv6", Ip.V6().Tcp(1000, 80), "Ports tcp 1000::1#1000 > 2000::1#80 @40"),
        new("UDP over IPv6", Ip.V6().Udp(1000, 53), "Ports udp 1000::1#1000 > 2000::1#53 @40"),
        new("SCTP over IPv6", Ip.V6().Sctp(1000, 5000), "Ports sctp 1000::1#1000 > 2000::1#5000 @40"),
        new("ports above 32767", Ip.V4().Tcp(65535, 65534), "Ports tcp 10.0.0.1#65535 > 20.0.0.1#65534 @20"),
        new("SCTP in UDP is UDP at first", Ip.V4().SctpInUdp(9899, 9899, 1000, 5000),
            "Ports udp 10.0.0.1#9899 > 20.0.0.1#9899 @20"),
        new("GRE goes by its addresses", Ip.V4().Carry(Gre, [1, 2, 3, 4]), "Addresses 47 10.0.0.1 > 20.0.0.1 @20"),
        new("nothing behind the header", Ip.V4().Carry(Gre, []), "Addresses 47 10.0.0.1 > 20.0.0.1 @20"),
        new("nothing behind the IPv6 header", Ip.V6().Carry(NoNextHeader, []), "Addresses 59 1000::1 > 2000::1 @40"),
        new("no port 0 in GRE, though bytes stand there", Ip.V4().Carry(Gre, [0, 80, 0, 80]),
            "Addresses 47 10.0.0.1 > 20.0.0.1 @20"),
    ];

    private static PacketCase[] Ipv4Headers =>
    [
        new("one word of options", Ip.V4().Options(1).Udp(1000, 53), "Ports udp 10.0.0.1#1000 > 20.0.0.1#53 @24"),
        new("ten words of options", Ip.V4().Options(10).Tcp(1000, 80), "Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @60"),
        new("ICMP behind options", Ip.V4().Options(3).EchoRequest(7),
            "EchoRequest icmp 10.0.0.1 > 20.0.0.1 @32 id 0x7"),
        new("a total length of 0 is not looked at", Ip.V4().Tcp(1000, 80).With(2, 0).With(3, 0),
            "Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @20"),
        new("don't-fragment and reserved bits are no fragment", Ip.V4().Tcp(1000, 80).With(6, 0xc0),
            "Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @20"),
        new("IPv6's next headers mean nothing in IPv4", Ip.V4().Carry(IpProtocol.HopByHop, [6, 0, 0, 0, 0, 0, 0, 0]),
            "Addresses hopbyhop 10.0.0.1 > 20.0.0.1 @20"),
    ];

    private static PacketCase[] Ipv6Chains =>
    [
        new("length 0 is legal and means 8 bytes", Ip.V6().HopByHop().Tcp(1000, 80),
            "Ports tcp 1000::1#1000 > 2000::1#80 @48"),
        new("length 1 means 16 bytes", Ip.V6().Routing(1).Tcp(1000, 80), "Ports tcp 1000::1#1000 > 2000::1#80 @56"),
        new("length 255 means 2048 bytes", Ip.V6().DestinationOptions(255).Tcp(1000, 80),
            "Ports tcp 1000::1#1000 > 2000::1#80 @2088"),
        new("all that RFC 8200 foresees, in its order",
            Ip.V6().HopByHop().DestinationOptions(1).Routing(2).Fragment(7, 0, true).DestinationOptions().Sctp(1, 2),
            "Ports sctp 1000::1#1 > 2000::1#2 @104 first 7"),
        new("eight extension headers are walked", Chain(8).Udp(1, 2), "Ports udp 1000::1#1 > 2000::1#2 @104"),
        new("ESP ends the walk", Ip.V6().HopByHop().Carry(Esp, [6, 0, 0, 0]), "Addresses 50 1000::1 > 2000::1 @48"),
        new("AH ends the walk", Ip.V6().Carry(Ah, [6, 4, 0, 0, 0, 0, 0, 0]), "Addresses 51 1000::1 > 2000::1 @40"),
        new("no-next-header ends the walk, whatever follows", Ip.V6().Routing().Carry(NoNextHeader, [1, 2, 3]),
            "Addresses 59 1000::1 > 2000::1 @48"),
        new("ICMP of IPv4 is just another protocol", Ip.V6().Carry(IpProtocol.Icmp, [8, 0, 0, 0, 1, 2, 0, 0]),
            "Addresses icmp 1000::1 > 2000::1 @40"),
    ];

    private static PacketCase[] Fragments =>
    [
        new("first fragment", Ip.V4().Fragment(7, 0, true).Udp(1000, 53),
            "Ports udp 10.0.0.1#1000 > 20.0.0.1#53 @20 first 7"),
        new("middle fragment", Ip.V4().Fragment(7, 185, true).Carry(IpProtocol.Udp, [9, 9, 9, 9]),
            "Addresses udp 10.0.0.1 > 20.0.0.1 later 7"),
        new("last fragment", Ip.V4().Fragment(7, 185, false).Carry(IpProtocol.Udp, [9, 9, 9, 9]),
            "Addresses udp 10.0.0.1 > 20.0.0.1 later 7"),
        new("the highest fragment offset", Ip.V4().Fragment(65535, 0x1fff, false).Carry(IpProtocol.Tcp, []),
            "Addresses tcp 10.0.0.1 > 20.0.0.1 later 65535"),
        new("later fragment of an ICMP packet is not read as ICMP",
            Ip.V4().Fragment(7, 1, false).Carry(IpProtocol.Icmp, []), "Addresses icmp 10.0.0.1 > 20.0.0.1 later 7"),
        new("IPv6 first fragment: ports lie behind the fragment header",
            Ip.V6().Fragment(0xdeadbeef, 0, true).Udp(1000, 53),
            "Ports udp 1000::1#1000 > 2000::1#53 @48 first 3735928559"),
        new("IPv6 later fragment", Ip.V6().Fragment(7, 185, true).Carry(IpProtocol.Udp, []),
            "Addresses udp 1000::1 > 2000::1 later 7"),
        new("atomic fragment is a whole packet", Ip.V6().Fragment(7, 0, false).Udp(1000, 53),
            "Ports udp 1000::1#1000 > 2000::1#53 @48"),
        new("fragment header behind hop-by-hop", Ip.V6().HopByHop(1).Fragment(7, 0, true).Tcp(1000, 80),
            "Ports tcp 1000::1#1000 > 2000::1#80 @64 first 7"),
        new("later fragment behind hop-by-hop", Ip.V6().HopByHop(1).Fragment(7, 3, true).Carry(IpProtocol.Tcp, []),
            "Addresses tcp 1000::1 > 2000::1 later 7"),
        new("what follows a later fragment's header is data, not a chain",
            Ip.V6().Fragment(7, 3, true).Carry(IpProtocol.DestinationOptions, [0xff]),
            "Addresses destinationoptions 1000::1 > 2000::1 later 7"),
        new("the reserved bits of a fragment header mean nothing",
            Ip.V6().Fragment(7, 0, false).Udp(1000, 53).With(43, 0x06), "Ports udp 1000::1#1000 > 2000::1#53 @48"),
        new("first fragment of an echo request", Ip.V4().Fragment(7, 0, true).EchoRequest(0x1234),
            "EchoRequest icmp 10.0.0.1 > 20.0.0.1 @20 id 0x1234 first 7"),
    ];

    private static PacketCase[] Icmp =>
    [
        new("echo request", Ip.V4().EchoRequest(0x1234), "EchoRequest icmp 10.0.0.1 > 20.0.0.1 @20 id 0x1234"),
        new("echo request with id 0", Ip.V4().EchoRequest(0), "EchoRequest icmp 10.0.0.1 > 20.0.0.1 @20 id 0x0"),
        new("echo reply: its id is no part of the key", Ip.V4().EchoReply(0x1234),
            "OtherIcmp icmp 10.0.0.1 > 20.0.0.1 @20"),
        new("128 is no echo request in IPv4", Ip.V4().IcmpBytes(128, 0, 0, 0, 1, 2, 0, 0),
            "OtherIcmp icmp 10.0.0.1 > 20.0.0.1 @20"),
        new("timestamp of 4 bytes", Ip.V4().IcmpBytes(13, 0, 0, 0), "OtherIcmp icmp 10.0.0.1 > 20.0.0.1 @20"),
    ];

    private static PacketCase[] Icmpv6 =>
    [
        new("ICMPv6 echo request", Ip.V6().EchoRequest(0x1234), "EchoRequest icmpv6 1000::1 > 2000::1 @40 id 0x1234"),
        new("ICMPv6 echo reply", Ip.V6().EchoReply(0x1234), "OtherIcmp icmpv6 1000::1 > 2000::1 @40"),
        new("8 is no echo request in IPv6", Ip.V6().IcmpBytes(8, 0, 0, 0, 1, 2, 0, 0),
            "OtherIcmp icmpv6 1000::1 > 2000::1 @40"),
        new("neighbour solicitation", Ip.V6().IcmpBytes(135, 0, 0, 0, 0, 0, 0, 0),
            "OtherIcmp icmpv6 1000::1 > 2000::1 @40"),
        new("echo request behind extension headers", Ip.V6().HopByHop().DestinationOptions().EchoRequest(7),
            "EchoRequest icmpv6 1000::1 > 2000::1 @56 id 0x7"),
    ];

    /// <summary>The error comes from a router; inside is an answer of the VIP, so the key is the client's.</summary>
    private static PacketCase[] Errors =>
    [
        .. ((byte[])[3, 4, 5, 11, 12]).Select(type => new PacketCase(
            $"ICMP error {type}", Ip.V4("30.0.0.1").IcmpError(type, Ip.AnswerV4().Tcp(80, 1000)),
            "IcmpError tcp 10.0.0.1#1000 > 20.0.0.1#80 @48")),
        .. ((byte[])[1, 2, 3, 4]).Select(type => new PacketCase(
            $"ICMPv6 error {type}", Ip.V6("3000::1").IcmpError(type, Ip.AnswerV6().Tcp(80, 1000)),
            "IcmpError tcp 1000::1#1000 > 2000::1#80 @88")),
        new("error about the 8 bytes that RFC 792 asks for",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000).Cut(28)),
            "IcmpError tcp 10.0.0.1#1000 > 20.0.0.1#80 @48"),
        new("error about a packet with options, behind options",
            Ip.V4("30.0.0.1").Options(1).IcmpError(11, Ip.AnswerV4().Options(2).Udp(53, 1000)),
            "IcmpError udp 10.0.0.1#1000 > 20.0.0.1#53 @60"),
        new("error about a packet with extension headers",
            Ip.V6("3000::1").HopByHop().IcmpError(2, Ip.AnswerV6().Routing(1).Sctp(5000, 1000)),
            "IcmpError sctp 1000::1#1000 > 2000::1#5000 @112"),
        new("error about a first fragment",
            Ip.V4("30.0.0.1").IcmpError(11, Ip.AnswerV4().Fragment(9, 0, true).Udp(53, 1000)),
            "IcmpError udp 10.0.0.1#1000 > 20.0.0.1#53 @48"),
        new("error about a later fragment has no ports",
            Ip.V4("30.0.0.1").IcmpError(11, Ip.AnswerV4().Fragment(9, 5, true).Carry(IpProtocol.Udp, [1, 2, 3, 4])),
            "IcmpError udp 10.0.0.1 > 20.0.0.1 @48"),
        new("error about an IPv6 later fragment has no ports",
            Ip.V6("3000::1").IcmpError(3, Ip.AnswerV6().Fragment(9, 5, true).Carry(IpProtocol.Udp, [1, 2, 3, 4])),
            "IcmpError udp 1000::1 > 2000::1 @96"),
        new("error about GRE", Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Carry(Gre, [])),
            "IcmpError 47 10.0.0.1 > 20.0.0.1 @48"),
        new("error about an echo reply", Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().EchoReply(7)),
            "IcmpError icmp 10.0.0.1 > 20.0.0.1 @48 id 0x7"),
        new("ICMPv6 error about an echo reply", Ip.V6("3000::1").IcmpError(2, Ip.AnswerV6().EchoReply(7)),
            "IcmpError icmpv6 1000::1 > 2000::1 @88 id 0x7"),
        new("error about an echo request from here: its answer has no id in the key either",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().EchoRequest(7)),
            "IcmpError icmp 10.0.0.1 > 20.0.0.1 @48"),
        new("error about an error is not opened twice",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().IcmpError(3, Ip.V4().Tcp(1000, 80))),
            "IcmpError icmp 10.0.0.1 > 20.0.0.1 @48"),
        new("error in an atomic fragment",
            Ip.V6("3000::1").Fragment(7, 0, false).IcmpError(1, Ip.AnswerV6().Tcp(80, 1000)),
            "IcmpError tcp 1000::1#1000 > 2000::1#80 @96"),
    ];

    /// <summary>nfqlb 1.2.0 refused what ended exactly where it had to read.</summary>
    private static PacketCase[] Ends =>
    [
        new("ends exactly at the ports", Ip.V4().Tcp(1000, 80).Cut(24), "Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @20"),
        new("ends exactly at the ports, IPv6", Ip.V6().Udp(1000, 53).Cut(44),
            "Ports udp 1000::1#1000 > 2000::1#53 @40"),
        new("ends exactly at the ports behind the fragment header",
            Ip.V6().Fragment(7, 0, true).Udp(1000, 53).Cut(52), "Ports udp 1000::1#1000 > 2000::1#53 @48 first 7"),
        new("ends exactly at the inner ports",
            Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000)).Cut(52),
            "IcmpError tcp 10.0.0.1#1000 > 20.0.0.1#80 @48"),
        new("echo request of 8 bytes", Ip.V4().EchoRequest(7).Cut(28),
            "EchoRequest icmp 10.0.0.1 > 20.0.0.1 @20 id 0x7"),
    ];

    private static Ipv6Builder Chain(int headers)
    {
        var packet = Ip.V6();
        for (int i = 0; i < headers; i++)
        {
            packet.DestinationOptions();
        }
        return packet;
    }
}
