using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>A block of addresses. IPv4 blocks lie in ::ffff:0:0/96.</summary>
/// <param name="Base">The block's first address: all bits behind the prefix are 0.</param>
/// <param name="PrefixLength">0 to 128; an IPv4 block's own length plus 96.</param>
public readonly record struct Cidr(Address Base, int PrefixLength)
{
    private const int Ipv4Bits = 32;
    private const int Ipv6Bits = 128;

    /// <summary>All of IPv4: 0.0.0.0/0.</summary>
    public static Cidr Ipv4 { get; } = new(Address.FromIpv4(0), Ipv6Bits - Ipv4Bits);

    /// <summary>The block of this length that an address lies in.</summary>
    public static Cidr Of(Address address, int prefixLength) => new(Masked(address, prefixLength), prefixLength);

    /// <summary>True when the address lies in the block.</summary>
    public bool Contains(Address address) => Masked(address, PrefixLength) == Base;

    /// <summary>Reads `10.0.0.0/8` or `2001:db8::/32`. Bits behind the prefix are cleared.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Cidr cidr, out string reason)
    {
        cidr = default;
        int slash = text.IndexOf('/');
        if (slash < 0)
        {
            reason = "no prefix length";
            return false;
        }
        if (!Address.TryParse(text[..slash], out var address))
        {
            reason = "not an address";
            return false;
        }
        bool isIpv4 = text.IndexOf(':') < 0;
        int most = isIpv4 ? Ipv4Bits : Ipv6Bits;
        if (!WholeNumber.TryParse(text[(slash + 1)..], (uint)most, out uint length))
        {
            reason = $"the prefix length must be from 0 to {most}";
            return false;
        }
        int prefixLength = (int)length + (isIpv4 ? Ipv6Bits - Ipv4Bits : 0);
        cidr = new Cidr(Masked(address, prefixLength), prefixLength);
        reason = "";
        return true;
    }

    /// <summary>As nfqlb lists it: `2001:db8::/32`, `::ffff:10.0.0.0/104`.</summary>
    public override string ToString() => $"{Base}/{PrefixLength}";

    /// <summary>As people write it: `10.0.0.0/8`. What <see cref="TryParse"/> reads.</summary>
    /// <remarks>No block is wider than ::ffff:0:0/96 and begins there, so an IPv4 base means an IPv4 block.</remarks>
    public string ToPlainString() =>
        $"{Base.ToPlainString()}/{(Base.IsIpv4 ? PrefixLength - (Ipv6Bits - Ipv4Bits) : PrefixLength)}";

    private static Address Masked(Address address, int prefixLength) => prefixLength switch
    {
        0 => default,
        <= 64 => new Address(address.High & ulong.MaxValue << (64 - prefixLength), 0),
        _ => new Address(address.High, address.Low & ulong.MaxValue << (Ipv6Bits - prefixLength)),
    };
}
