using System.Net;
using System.Net.Sockets;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Wire;

/// <summary>What IP carries of a tuple: a transport header with a valid check sum, and a payload.</summary>
internal static class Segment
{
    private const byte EchoRequest4 = 8, EchoRequest6 = 128;

    /// <exception cref="ArgumentException">The tuple's protocol is not known here.</exception>
    public static byte[] Of(PacketTuple tuple, params byte[] payload) => tuple.Protocol switch
    {
        PacketTuple.Udp => Summed(tuple, 6, // RFC 768
        [
            .. Ports(tuple), .. Network.Bytes((ushort)(8 + payload.Length)), 0, 0, .. payload,
        ]),
        PacketTuple.Tcp => Summed(tuple, 16, // RFC 9293, section 3.1: a segment in mid-stream
        [
            .. Ports(tuple), .. Network.Bytes(0x01020304u), .. Network.Bytes(0x05060708u),
            0x50, 0x18, .. Network.Bytes((ushort)65535), 0, 0, 0, 0, .. payload,
        ]),
        PacketTuple.Sctp => Sctp(tuple, payload),
        PacketTuple.Icmp => Icmp4(EchoRequest4, 0, Network.Bytes(tuple.EchoId), [0, 1], payload),
        PacketTuple.Icmp6 =>
            Icmp6(tuple.Source, tuple.Destination, EchoRequest6, 0, Network.Bytes(tuple.EchoId), [0, 1], payload),
        _ => throw new ArgumentException($"no segment of protocol {tuple.Protocol}", nameof(tuple)),
    };

    /// <summary>RFC 792: type, code, four bytes that depend on them, and the rest.</summary>
    public static byte[] Icmp4(byte type, byte code, byte[] first, byte[] second, byte[] rest) =>
        WithSum([type, code, 0, 0, .. first, .. second, .. rest], 2, pseudoHeader: []);

    /// <summary>RFC 4443, section 2: as ICMP, but its check sum covers the addresses.</summary>
    public static byte[] Icmp6(
        IPAddress source, IPAddress destination, byte type, byte code, byte[] first, byte[] second, byte[] rest) =>
        Summed(new PacketTuple(source, destination, PacketTuple.Icmp6), 2,
            [type, code, 0, 0, .. first, .. second, .. rest]);

    private static byte[] Ports(PacketTuple tuple) =>
        [.. Network.Bytes(tuple.SourcePort), .. Network.Bytes(tuple.DestinationPort)];

    // RFC 9260, section 3: verification tag, check sum, then one DATA chunk, padded to four bytes.
    private static byte[] Sctp(PacketTuple tuple, byte[] payload)
    {
        byte[] chunk =
        [
            0, 3, .. Network.Bytes((ushort)(16 + payload.Length)), .. Network.Bytes(1u), 0, 0, 0, 0, 0, 0, 0, 0,
            .. payload, .. new byte[(4 - payload.Length % 4) % 4],
        ];
        byte[] header = [.. Ports(tuple), .. Network.Bytes(0xcafef00du)];
        return [.. header, .. Checksum.Crc32C([.. header, 0, 0, 0, 0, .. chunk]), .. chunk];
    }

    private static byte[] Summed(PacketTuple tuple, int at, byte[] bytes) =>
        WithSum(bytes, at, PseudoHeader(tuple, bytes.Length));

    private static byte[] WithSum(byte[] bytes, int at, byte[] pseudoHeader)
    {
        Checksum.Internet([.. pseudoHeader, .. bytes]).CopyTo(bytes, at);
        return bytes;
    }

    // RFC 9293, section 3.1, and RFC 8200, section 8.1.
    private static byte[] PseudoHeader(PacketTuple tuple, int length)
    {
        byte[] addresses = [.. tuple.Source.GetAddressBytes(), .. tuple.Destination.GetAddressBytes()];
        return tuple.Source.AddressFamily == AddressFamily.InterNetwork
            ? [.. addresses, 0, tuple.Protocol, .. Network.Bytes((ushort)length)]
            : [.. addresses, .. Network.Bytes((uint)length), 0, 0, 0, tuple.Protocol];
    }
}
