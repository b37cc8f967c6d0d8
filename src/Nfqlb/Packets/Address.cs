using System.Buffers.Binary;

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

    /// <summary>Reads `10.0.0.1` or `2001:db8::1`, as inet_pton(3) does: no ports, zones or shortened IPv4
    /// forms.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Address address)
    {
        if (text.Contains(':'))
        {
            return AddressText.TryParseIpv6(text, out address);
        }
        bool isIpv4 = AddressText.TryParseIpv4(text, out uint ipv4);
        address = isIpv4 ? FromIpv4(ipv4) : default;
        return isIpv4;
    }

    /// <summary>As inet_ntop(3) writes it; IPv4 keeps its ::ffff: prefix, as nfqlb's listings have it.</summary>
    public override string ToString() => AddressText.Format(this);

    /// <summary>As people write it: IPv4 as `10.0.0.1`. What <see cref="TryParse"/> reads.</summary>
    public string ToPlainString() => IsIpv4 ? AddressText.Format(this)["::ffff:".Length..] : AddressText.Format(this);
}
