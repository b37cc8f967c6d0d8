using System.Numerics;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Packets;

/// <summary>The parser once more, slow and plain: a cursor over a copy, which throws where the bytes end.</summary>
/// <remarks>Shares no code with the product but the value types of its answer.</remarks>
internal static class ReferenceParser
{
    private sealed class Cursor(byte[] bytes)
    {
        public int At { get; private set; }

        public uint Take(int count)
        {
            uint value = 0;
            for (int i = 0; i < count; i++)
            {
                value = value * 256 + bytes[At++];
            }
            return value;
        }

        public void Skip(int count) => At = At + count <= bytes.Length ? At + count : throw new EndOfBytesException();

        public Address TakeAddress(int count)
        {
            BigInteger value = count == 4 ? 0xffff : 0;
            for (int i = 0; i < count; i++)
            {
                value = value * 256 + Take(1);
            }
            return new Address((ulong)(value >> 64), (ulong)(value & ulong.MaxValue));
        }
    }

    private sealed class EndOfBytesException : Exception;

    private sealed record Header(
        int Version, Address Source, Address Destination, int Protocol, int Length, FragmentPart Part, uint Id);

    /// <summary>As <see cref="Described"/> has it; null for what cannot be parsed, whatever the reason.</summary>
    public static string? Parse(byte[] bytes)
    {
        try
        {
            return ParseOuter(bytes);
        }
        catch (Exception e) when (e is EndOfBytesException or IndexOutOfRangeException or InvalidDataException)
        {
            return null;
        }
    }

    private static string ParseOuter(byte[] bytes)
    {
        var ip = ParseHeader(bytes);
        var kind = PacketKind.Addresses;
        var key = new PacketKey(ip.Source, ip.Destination, (IpProtocol)ip.Protocol);
        if (ip.Part == FragmentPart.Later)
        {
            return Described.Line(kind, key, 0, ip.Part, ip.Id);
        }
        byte[] transport = bytes[ip.Length..];
        if (ip.Protocol == (ip.Version == 4 ? 1 : 58))
        {
            int[] errors = ip.Version == 4 ? [3, 4, 5, 11, 12] : [1, 2, 3, 4];
            if (errors.Contains(transport[0]))
            {
                return ParseError(ip, transport);
            }
            bool isRequest = transport[0] == (ip.Version == 4 ? 8 : 128);
            kind = isRequest ? PacketKind.EchoRequest : PacketKind.OtherIcmp;
            _ = transport[isRequest ? 7 : 3];
            key = key with { EchoId = (ushort)(isRequest ? transport[4] * 256 + transport[5] : 0) };
        }
        else if (ip.Protocol is 6 or 17 or 132)
        {
            var ports = new Cursor(transport);
            kind = PacketKind.Ports;
            key = key with { SourcePort = (ushort)ports.Take(2), DestinationPort = (ushort)ports.Take(2) };
        }
        return Described.Line(kind, key, ip.Length, ip.Part, ip.Id);
    }

    private static string ParseError(Header outer, byte[] icmp)
    {
        byte[] inside = icmp.Length < 8 ? throw new EndOfBytesException() : icmp[8..];
        var inner = ParseHeader(inside);
        if (outer.Part != FragmentPart.Whole || inner.Version != outer.Version)
        {
            throw new InvalidDataException();
        }
        var key = new PacketKey(inner.Destination, inner.Source, (IpProtocol)inner.Protocol);
        if (inner.Protocol is 6 or 17 or 132 && inner.Part != FragmentPart.Later)
        {
            var ports = new Cursor(inside[inner.Length..]);
            key = key with { DestinationPort = (ushort)ports.Take(2), SourcePort = (ushort)ports.Take(2) };
        }
        if (inner.Protocol == (inner.Version == 4 ? 1 : 58) && inner.Part != FragmentPart.Later)
        {
            byte[] message = inside[inner.Length..];
            bool isReply = message[0] == (inner.Version == 4 ? 0 : 129);
            _ = message[isReply ? 7 : 0];
            key = key with { EchoId = (ushort)(isReply ? message[4] * 256 + message[5] : 0) };
        }
        return Described.Line(PacketKind.IcmpError, key, outer.Length + 8 + inner.Length, FragmentPart.Whole, 0);
    }

    private static Header ParseHeader(byte[] bytes) => (bytes[0] >> 4) switch
    {
        4 => ParseIpv4(bytes),
        6 => ParseIpv6(bytes),
        _ => throw new InvalidDataException(),
    };

    private static Header ParseIpv4(byte[] bytes)
    {
        var cursor = new Cursor(bytes);
        int length = (int)(cursor.Take(1) % 16 * 4);
        cursor.Skip(3);
        uint id = cursor.Take(2);
        uint fragment = cursor.Take(2);
        cursor.Skip(1);
        int protocol = (int)cursor.Take(1);
        cursor.Skip(2);
        var source = cursor.TakeAddress(4);
        var destination = cursor.TakeAddress(4);
        cursor.Skip(length >= 20 ? length - 20 : throw new InvalidDataException());
        return new Header(4, source, destination, protocol, length, PartOf(fragment % 8192, fragment / 8192 % 2), id);
    }

    private static Header ParseIpv6(byte[] bytes)
    {
        var cursor = new Cursor(bytes);
        cursor.Skip(6);
        int next = (int)cursor.Take(1);
        cursor.Skip(1);
        var source = cursor.TakeAddress(16);
        var destination = cursor.TakeAddress(16);
        var walked = new List<int>();
        var part = FragmentPart.Whole;
        uint id = 0;
        while (next is 0 or 43 or 44 or 60 && part != FragmentPart.Later)
        {
            if (walked.Count == 8 || (next == 44 && walked.Contains(44)))
            {
                throw new InvalidDataException();
            }
            walked.Add(next);
            bool isFragment = next == 44;
            next = (int)cursor.Take(1);
            int length = (int)cursor.Take(1);
            uint fragment = cursor.Take(2);
            uint fragmentId = cursor.Take(4);
            cursor.Skip(isFragment ? 0 : length * 8);
            (part, id) = isFragment ? (PartOf(fragment / 8, fragment % 2), fragmentId) : (part, id);
        }
        return new Header(6, source, destination, next, cursor.At, part, id);
    }

    private static FragmentPart PartOf(uint offset, uint more) =>
        offset > 0 ? FragmentPart.Later : more > 0 ? FragmentPart.First : FragmentPart.Whole;
}
