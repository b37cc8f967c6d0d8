using System.Buffers.Binary;

namespace Nfqlb.Benchmarks.Support;

/// <summary>Packets a balancer meets.</summary>
public enum SampleKind
{
    /// <summary>UDP in IPv4.</summary>
    Udp4,

    /// <summary>TCP in IPv4.</summary>
    Tcp4,

    /// <summary>ICMP echo request.</summary>
    Echo4,

    /// <summary>ICMP destination unreachable, with the UDP packet it is about.</summary>
    Error4,

    /// <summary>UDP in IPv4, a fragment that is not the first.</summary>
    LaterFragment4,

    /// <summary>UDP in IPv6.</summary>
    Udp6,

    /// <summary>UDP in IPv6 behind hop-by-hop and destination options.</summary>
    Udp6WithOptions,

    /// <summary>ICMPv6 packet too big, with the UDP packet it is about.</summary>
    Error6,
}

/// <summary>Makes packets, byte by byte; checksums are left out, as the classifier does not look at them.</summary>
internal static class SamplePackets
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58, HopByHop = 0, DestinationOptions = 60;
    private const int PayloadBytes = 24;

    public static byte[] Of(SampleKind kind) => kind switch
    {
        SampleKind.Udp4 => Udp4(0xc612_0101, 40_000, 0x6440_0001, 5_000),
        SampleKind.Tcp4 => Ipv4(Tcp, 0xc612_0101, 0x6440_0001, [.. Ports(40_000, 5_000), .. new byte[16]]),
        SampleKind.Echo4 => Ipv4(Icmp, 0xc612_0101, 0x6440_0001, [8, 0, 0, 0, 0x12, 0x34, 0, 1]),
        SampleKind.Error4 => Ipv4(
            Icmp, 0xc612_0101, 0x6440_0001, [3, 4, 0, 0, 0, 0, 5, 0, .. Udp4(0x6440_0001, 5_000, 0xc612_0101, 40_000)]),
        SampleKind.LaterFragment4 => LaterFragment4(),
        SampleKind.Udp6 => Ipv6(Udp, UdpTransport(40_000, 5_000)),
        SampleKind.Udp6WithOptions => Ipv6(
            HopByHop,
            [DestinationOptions, 0, 1, 4, 0, 0, 0, 0, Udp, 0, 1, 4, 0, 0, 0, 0, .. UdpTransport(40_000, 5_000)]),
        SampleKind.Error6 => Ipv6(Icmp6, [2, 0, 0, 0, 0, 0, 5, 0, .. Ipv6(Udp, UdpTransport(5_000, 40_000))]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>A small UDP packet.</summary>
    public static byte[] Udp4(uint source, ushort sourcePort, uint destination, ushort destinationPort) =>
        Ipv4(Udp, source, destination, UdpTransport(sourcePort, destinationPort));

    private static byte[] LaterFragment4()
    {
        byte[] packet = Udp4(0xc612_0101, 40_000, 0x6440_0001, 5_000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), 1480 / 8);
        return packet;
    }

    private static byte[] UdpTransport(ushort source, ushort destination) =>
        [.. Ports(source, destination), 0, 8 + PayloadBytes, 0, 0, .. new byte[PayloadBytes]];

    private static byte[] Ports(ushort source, ushort destination) =>
        [(byte)(source >> 8), (byte)source, (byte)(destination >> 8), (byte)destination];

    private static byte[] Ipv4(byte protocol, uint source, uint destination, byte[] payload)
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 1, 0, 0, 64, protocol, .. new byte[10], .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), destination);
        return packet;
    }

    private static byte[] Ipv6(byte nextHeader, byte[] payload)
    {
        byte[] packet = [0x60, 0, 0, 0, 0, 0, nextHeader, 64, .. new byte[32], .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 0x2001_0db8);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(24), 0x2001_0db8);
        packet[23] = 1;
        packet[39] = 2;
        return packet;
    }
}
