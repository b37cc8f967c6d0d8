using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>What the classifier needs to know of one packet: a small value, made by <see cref="TryParse"/>.</summary>
public readonly struct Packet
{
    private const int PortsBytes = 4;
    private const int UdpHeaderBytes = 8;

    /// <summary>What <see cref="Key"/> was made of.</summary>
    public PacketKind Kind { get; init; }

    /// <summary>Which part of an IP packet this is.</summary>
    public FragmentPart Part { get; init; }

    /// <summary>Host order. Valid only when <see cref="Part"/> is not Whole. IPv4: 16 bits (RFC 791 §3.1);
    /// IPv6: 32 bits (RFC 8200 §4.5).</summary>
    public uint FragmentId { get; init; }

    /// <summary>The key. Of a later fragment only the addresses and the protocol are valid.</summary>
    public PacketKey Key { get; init; }

    /// <summary>Where the transport header begins in the parsed bytes; for an ICMP error the one of the packet
    /// inside. Not valid for a later fragment.</summary>
    public int TransportOffset { get; init; }

    /// <summary>Parses from the first byte of the IP header.</summary>
    /// <remarks>Never reads past the end, whatever the bytes say. Bytes missing at the end (the queue's copy range)
    /// matter only where a port or an address would be among them.</remarks>
    public static Unparsable TryParse(ReadOnlySpan<byte> bytes, out Packet packet)
    {
        var unparsable = IpPacket.TryParse(bytes, out var ip);
        if (unparsable != Unparsable.None)
        {
            packet = default;
            return unparsable;
        }
        if (ip.Part == FragmentPart.Later)
        {
            packet = new Packet
            {
                Kind = PacketKind.Addresses,
                Part = FragmentPart.Later,
                FragmentId = ip.FragmentId,
                Key = new PacketKey(ip.Source, ip.Destination, ip.Transport),
            };
            return Unparsable.None;
        }
        if (ip.Transport == ip.IcmpProtocol)
        {
            return IcmpPacket.TryParse(bytes, ip, out packet);
        }
        return TryParsePorts(bytes, ip, out packet);
    }

    /// <summary>The SCTP packet inside this UDP packet (RFC 6951), keyed by the SCTP ports.</summary>
    /// <param name="bytes">The same bytes that gave this packet.</param>
    /// <param name="sctp">The packet inside; of an ICMP error, ports swapped like the error's own.</param>
    public Unparsable TryDecapsulateSctp(ReadOnlySpan<byte> bytes, out Packet sctp)
    {
        int offset = TransportOffset + UdpHeaderBytes;
        if (bytes.Length - offset < PortsBytes)
        {
            sctp = default;
            return Unparsable.PortsTruncated;
        }
        sctp = this with { TransportOffset = offset, Key = WithPorts(Key, bytes[offset..], Kind, IpProtocol.Sctp) };
        return Unparsable.None;
    }

    /// <summary>True for the protocols whose header begins with a source and a destination port.</summary>
    internal static bool HasPorts(IpProtocol protocol) =>
        protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp;

    internal static bool HasPortsAt(ReadOnlySpan<byte> bytes, int offset) => bytes.Length - offset >= PortsBytes;

    internal static PacketKey WithPorts(
        PacketKey key, ReadOnlySpan<byte> transport, PacketKind kind, IpProtocol protocol)
    {
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(transport);
        ushort second = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        bool isSwapped = kind == PacketKind.IcmpError;
        return key with
        {
            Protocol = protocol,
            SourcePort = isSwapped ? second : first,
            DestinationPort = isSwapped ? first : second,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Unparsable TryParsePorts(ReadOnlySpan<byte> bytes, in IpPacket ip, out Packet packet)
    {
        uint ports = 0;
        var kind = PacketKind.Addresses;
        if (HasPorts(ip.Transport))
        {
            if (!HasPortsAt(bytes, ip.TransportOffset))
            {
                packet = default;
                return Unparsable.PortsTruncated;
            }
            kind = PacketKind.Ports;
            ports = BinaryPrimitives.ReadUInt32BigEndian(bytes[ip.TransportOffset..]);
        }
        packet = new Packet
        {
            Kind = kind,
            Part = ip.Part,
            FragmentId = ip.FragmentId,
            Key = new PacketKey(ip.Source, ip.Destination, ip.Transport, (ushort)(ports >> 16), (ushort)ports),
            TransportOffset = ip.TransportOffset,
        };
        return Unparsable.None;
    }
}
