using System.Buffers.Binary;

namespace Nfqlb.Packets;

/// <summary>ICMP (RFC 792) and ICMPv6 (RFC 4443): echo requests by their id, errors by the packet inside.</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |     Type      |     Code      |          Checksum             |
/// |  Echo: Identifier, Sequence;  errors: MTU, pointer or unused  |
/// |  Errors: as much of the packet that caused it as fits         |
/// </code>
/// </remarks>
internal static class IcmpPacket
{
    private const int ChecksummedBytes = 4;
    private const int HeaderBytes = 8;
    private const int IdOffset = 4;

    public static Unparsable TryParse(ReadOnlySpan<byte> bytes, in IpPacket ip, out Packet packet)
    {
        packet = default;
        ReadOnlySpan<byte> icmp = bytes[ip.TransportOffset..];
        if (icmp.Length < ChecksummedBytes)
        {
            return Unparsable.IcmpTruncated;
        }
        var kind = KindOf(icmp[0], ip.IsIpv6);
        if (kind != PacketKind.OtherIcmp && icmp.Length < HeaderBytes)
        {
            return Unparsable.IcmpTruncated;
        }
        if (kind == PacketKind.IcmpError)
        {
            return ip.Part == FragmentPart.Whole
                ? TryParseInner(icmp[HeaderBytes..], ip, out packet)
                : Unparsable.IcmpErrorFragmented;
        }
        packet = new Packet
        {
            Kind = kind,
            Part = ip.Part,
            FragmentId = ip.FragmentId,
            TransportOffset = ip.TransportOffset,
            Key = new PacketKey(ip.Source, ip.Destination, ip.Transport)
            {
                EchoId = kind == PacketKind.EchoRequest ? IdOf(icmp) : (ushort)0,
            },
        };
        return Unparsable.None;
    }

    private static PacketKind KindOf(byte type, bool isIpv6) => (isIpv6, type) switch
    {
        (false, 8) => PacketKind.EchoRequest,
        (true, 128) => PacketKind.EchoRequest,

        // Destination unreachable, source quench, redirect, time exceeded, parameter problem.
        (false, 3 or 4 or 5 or 11 or 12) => PacketKind.IcmpError,

        // Destination unreachable, packet too big, time exceeded, parameter problem.
        (true, 1 or 2 or 3 or 4) => PacketKind.IcmpError,
        _ => PacketKind.OtherIcmp,
    };

    /// <summary>The packet inside left here, so its sender is the VIP: swapped, it looks like what came in.</summary>
    private static Unparsable TryParseInner(ReadOnlySpan<byte> inner, in IpPacket outer, out Packet packet)
    {
        packet = default;
        if (inner.IsEmpty)
        {
            return Unparsable.InnerPacketTruncated;
        }
        var unparsable = IpPacket.TryParse(inner, out var ip);
        if (unparsable != Unparsable.None || ip.IsIpv6 != outer.IsIpv6)
        {
            return unparsable is Unparsable.Ipv4HeaderTruncated or Unparsable.Ipv6HeaderTruncated
                or Unparsable.ExtensionHeaderTruncated
                ? Unparsable.InnerPacketTruncated
                : Unparsable.InnerPacketInvalid;
        }
        var key = new PacketKey(ip.Destination, ip.Source, ip.Transport);
        if (ip.Part != FragmentPart.Later && !TryAddTransport(inner[ip.TransportOffset..], ip, ref key))
        {
            return Unparsable.InnerPacketTruncated;
        }
        packet = new Packet
        {
            Kind = PacketKind.IcmpError,
            Key = key,
            TransportOffset = outer.TransportOffset + HeaderBytes + ip.TransportOffset,
        };
        return Unparsable.None;
    }

    /// <summary>Ports, swapped; or of an echo reply the id, by which the request's target was chosen.</summary>
    private static bool TryAddTransport(ReadOnlySpan<byte> transport, in IpPacket ip, ref PacketKey key)
    {
        if (Packet.HasPorts(ip.Transport))
        {
            if (!Packet.HasPortsAt(transport, 0))
            {
                return false;
            }
            key = Packet.WithPorts(key, transport, PacketKind.IcmpError, ip.Transport);
        }
        else if (ip.Transport == ip.IcmpProtocol)
        {
            if (transport.IsEmpty || (IsEchoReply(transport[0], ip.IsIpv6) && transport.Length < HeaderBytes))
            {
                return false;
            }
            if (IsEchoReply(transport[0], ip.IsIpv6))
            {
                key = key with { EchoId = IdOf(transport) };
            }
        }
        return true;
    }

    private static ushort IdOf(ReadOnlySpan<byte> echo) => BinaryPrimitives.ReadUInt16BigEndian(echo[IdOffset..]);

    private static bool IsEchoReply(byte type, bool isIpv6) => type == (isIpv6 ? 129 : 0);
}
