using System.Net;
using System.Net.Sockets;
using Nfqlb.EndToEnd.Model;

namespace Nfqlb.EndToEnd.Wire;

/// <summary>IPv6 extension headers that may stand in front of a fragment header, RFC 8200, section 4.1.</summary>
internal enum Extension : byte
{
    HopByHop = 0,
    Routing = 43,
    DestinationOptions = 60,
}

/// <summary>The IP header of a packet or of its fragments, in the version of the addresses.</summary>
internal sealed record IpHeader(IPAddress Source, IPAddress Destination, byte Protocol)
{
    public const int FragmentUnit = 8;

    private const byte HopLimit = 64, FragmentHeader = 44;
    private const ushort DontFragment = 0x4000, MoreFragments = 0x2000;

    /// <summary>In front of everything else; IPv6 only.</summary>
    public IReadOnlyList<Extension> Extensions { get; init; } = [];

    private bool IsIPv4 => Source.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>The header of a packet of this tuple.</summary>
    public static IpHeader Of(PacketTuple tuple) => new(tuple.Source, tuple.Destination, tuple.Protocol);

    /// <summary>Whether a packet is a fragment, with its fragment header in front of all others.</summary>
    public static bool IsFragment(byte[] packet) => packet[0] >> 4 == 4
        ? ((packet[6] << 8 | packet[7]) & ~DontFragment) != 0
        : packet[6] == FragmentHeader;

    /// <summary>A whole packet.</summary>
    public byte[] Carry(byte[] payload) => IsIPv4 ? V4(0, DontFragment, payload) : V6(null, payload);

    /// <summary>The packet in so many fragments of about the same length, in their order.</summary>
    /// <param name="id">Of the packet; IPv4 has room for 16 bits.</param>
    public IReadOnlyList<byte[]> Fragments(byte[] payload, uint id, int pieces)
    {
        int[] ends = [.. Enumerable.Range(0, pieces + 1).Select(piece => StartOf(payload.Length, piece, pieces))];
        return [.. Enumerable.Range(0, pieces).Select(piece => Fragment(payload, id, ends[piece], ends[piece + 1]))];
    }

    /// <summary>Where a piece of so many starts in a payload of so many bytes.</summary>
    public static int StartOf(int payloadBytes, int piece, int pieces)
    {
        int units = (payloadBytes + FragmentUnit - 1) / FragmentUnit;
        return piece * units / pieces * FragmentUnit;
    }

    /// <summary>The fragment from one byte of the payload up to another.</summary>
    /// <param name="from">A multiple of 8.</param>
    /// <param name="to">A multiple of 8, or the payload's end or later.</param>
    public byte[] Fragment(byte[] payload, uint id, int from, int to)
    {
        bool hasMore = to < payload.Length;
        byte[] part = payload[from..Math.Min(to, payload.Length)];
        if (IsIPv4)
        {
            return V4((ushort)id, (ushort)(from / FragmentUnit | (hasMore ? MoreFragments : 0)), part);
        }
        byte[] fragment = [Protocol, 0, .. Network.Bytes((ushort)(from | (hasMore ? 1 : 0))), .. Network.Bytes(id)];
        return V6(fragment, part);
    }

    // RFC 791, section 3.1
    private byte[] V4(ushort id, ushort fragment, byte[] payload)
    {
        byte[] header =
        [
            0x45, 0, .. Network.Bytes((ushort)(20 + payload.Length)), .. Network.Bytes(id), .. Network.Bytes(fragment),
            HopLimit, Protocol, 0, 0, .. Source.GetAddressBytes(), .. Destination.GetAddressBytes(),
        ];
        Checksum.Internet(header).CopyTo(header, 10);
        return [.. header, .. payload];
    }

    // RFC 8200, sections 3 and 4. An extension is 8 bytes; options in it are padding, so that routers let it pass.
    private byte[] V6(byte[]? fragment, byte[] payload)
    {
        byte last = fragment == null ? Protocol : FragmentHeader;
        byte[] types = [.. Extensions.Select(extension => (byte)extension), last];
        byte[] chain = [.. Extensions.SelectMany((extension, i) => Body(extension, types[i + 1])), .. fragment ?? []];
        return
        [
            0x60, 0, 0, 0, .. Network.Bytes((ushort)(chain.Length + payload.Length)), types[0], HopLimit,
            .. Source.GetAddressBytes(), .. Destination.GetAddressBytes(), .. chain, .. payload,
        ];
    }

    // Padding of 6 bytes (RFC 8200, section 4.2), or a used-up route of an experimental type (RFC 4727).
    private static byte[] Body(Extension extension, byte next) => extension == Extension.Routing
        ? [next, 0, 253, 0, 0, 0, 0, 0]
        : [next, 0, 1, 4, 0, 0, 0, 0];
}
