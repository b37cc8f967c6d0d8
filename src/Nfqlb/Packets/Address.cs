using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Nfqlb.Packets;

/// <summary>An IP address of either family as 128 bits; IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).</summary>
/// <param name="High">The first eight bytes, host order.</param>
/// <param name="Low">The last eight bytes, host order.</param>
public readonly record struct Address(ulong High, ulong Low)
{
    private const ulong Ipv4Prefix = 0x0000_ffff_0000_0000;

    /// <summary>True for ::ffff:0:0/96.</summary>
    public bool IsIpv4 => High == 0 && Low >> 32 == Ipv4Prefix >> 32;

    /// <summary>The IPv4 address in the low 32 bits, host order.</summary>
    public static Address FromIpv4(uint address) => new(0, Ipv4Prefix | address);

    /// <summary>Reads 16 bytes as they stand in an IPv6 header.</summary>
    public static Address FromIpv6(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Reads `10.0.0.1` or `2001:db8::1`, as inet_pton(3) does: no ports, zones or shortened IPv4 forms.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        if (text.IndexOf(':') < 0)
        {
            bool isIpv4 = TryParseIpv4(text, out uint ipv4);
            address = FromIpv4(ipv4);
            return isIpv4;
        }
        // IPAddress also takes zones (%eth0), brackets and ports; none of these is an address of a packet.
        if (text.IndexOfAnyExcept("0123456789abcdefABCDEF:.") >= 0 || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[16];
        if (parsed.AddressFamily != AddressFamily.InterNetworkV6 || !parsed.TryWriteBytes(bytes, out _))
        {
            return false;
        }
        address = FromIpv6(bytes);
        return true;
    }

    /// <summary>RFC 5952 text; IPv4 keeps its ::ffff: prefix, as nfqlb's listings have it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(bytes).ToString();
    }

    private static bool TryParseIpv4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int octets = 0;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> digits = text[part];
            bool hasLeadingZero = digits.Length > 1 && digits[0] == '0';
            if (octets == 4 || digits.Length > 3 || hasLeadingZero || !Decimal.TryParse(digits, 255, out uint octet))
            {
                return false;
            }
            address = address << 8 | octet;
            octets++;
        }
        return octets == 4;
    }
}
