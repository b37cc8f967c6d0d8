using System.Buffers.Binary;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>A packet of the oracle: plain numbers.</summary>
/// <param name="Byte">The fifth byte of the transport header, which byte matches look at.</param>
internal readonly record struct PlainPacket(
    PacketKind Kind, byte Protocol, UInt128 Source, UInt128 Destination, int SourcePort, int DestinationPort, byte Byte)
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Gre = 47;
    public const byte Sctp = 132;
    public const int ByteOffset = 4;

    private const int HeaderBytes = 20;

    public static UInt128 RandomAddress(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Room for the bytes of one packet after the other.</summary>
    public static byte[] NewBytes() => new byte[HeaderBytes];

    /// <summary>A packet that often just meets the conditions of a flow, and often just misses one.</summary>
    public static PlainPacket Near(PlainFlow flow, Random random)
    {
        byte protocol = random.Next(8) switch
        {
            0 => Icmp,
            1 => Gre,
            2 => Udp,
            _ => Any(flow.Protocols is [] || random.Next(10) == 0 ? [Tcp, Udp, Sctp] : flow.Protocols, random),
        };
        bool hasPorts = protocol is Tcp or Udp or Sctp;
        var kind = (hasPorts, protocol) switch
        {
            (true, _) => random.Next(10) == 0 ? PacketKind.IcmpError : PacketKind.Ports,
            (_, Icmp) => Any([PacketKind.EchoRequest, PacketKind.EchoRequest, PacketKind.OtherIcmp], random),
            _ => PacketKind.Addresses,
        };
        return new(
            kind,
            protocol,
            AddressNear(flow.Sources, random),
            AddressNear(flow.Destinations, random),
            hasPorts ? PortNear(flow.SourcePorts, random) : 0,
            hasPorts ? PortNear(flow.DestinationPorts, random) : 0,
            random.Next(4) == 0 ? (byte)random.Next(256) : flow.Byte ?? 0);
    }

    /// <summary>As the product's parser would give it.</summary>
    /// <param name="bytes">Gets the transport header.</param>
    public Packet ToPacket(byte[] bytes)
    {
        bytes[ByteOffset] = Byte;
        return new Packet
        {
            Kind = Kind,
            Key = new PacketKey(
                PlainBlock.AddressOf(Source), PlainBlock.AddressOf(Destination), (IpProtocol)Protocol,
                (ushort)SourcePort, (ushort)DestinationPort),
        };
    }

    private static UInt128 AddressNear(PlainBlock[] blocks, Random random) =>
        blocks is [] || random.Next(20) == 0 ? RandomAddress(random) : Any(blocks, random).AddressNear(random);

    private static int PortNear((int First, int Last)[] ranges, Random random)
    {
        if (ranges is [] || random.Next(20) == 0)
        {
            return random.Next(65_536);
        }
        var (first, last) = Any(ranges, random);
        int port = random.Next(6) switch
        {
            0 => first,
            1 => last,
            2 => first - 1,
            3 => last + 1,
            _ => random.Next(first, last + 1),
        };
        return Math.Clamp(port, 0, 65_535);
    }

    private static T Any<T>(T[] items, Random random) => items[random.Next(items.Length)];
}
