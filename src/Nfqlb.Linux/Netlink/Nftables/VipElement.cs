using System.Numerics;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>One interval of a kernel set of VIPs, and the prefixes that begin at its first address.</summary>
/// <remarks>
/// The kernel's interval sets take no overlaps, users give them: 10.0.0.0/8 and 10.1.0.0/16. So the addresses are cut
/// where a prefix begins, and nowhere else; each piece reaches to the next cut, or to where the addresses end. There
/// are as many elements as prefixes with different first addresses. A prefix that comes or goes changes the elements in
/// it and the one before it, no others. A comment says the lengths of the prefixes that begin there, unless the piece
/// is just one prefix. So the table itself keeps what the user gave, and `nft list` shows it.
/// </remarks>
/// <param name="First">The lowest address.</param>
/// <param name="Last">The highest address, in it.</param>
/// <param name="Comment">Kept with the element by the kernel and shown by `nft list`; usually empty.</param>
internal sealed record VipElement(Address First, Address Last, string Comment)
{
    /// <summary>The elements that stand for the prefixes of one family, in order.</summary>
    public static List<VipElement> Of(VipSet vips, VipFamily family)
    {
        var elements = new List<VipElement>();
        var groups = vips.Of(family).GroupBy(prefix => prefix.Base).ToList();
        var reach = UInt128.Zero;
        for (int i = 0; i < groups.Count; i++)
        {
            // The shortest is first. What reached further from before still does: prefixes lie in each other whole.
            var end = LastOf(groups[i].First());
            reach = UInt128.Max(reach, end);
            var last = i + 1 < groups.Count ? UInt128.Min(reach, Number(groups[i + 1].Key) - 1) : reach;
            int[] lengths = [.. groups[i].Select(prefix => prefix.PrefixLength - family.MappedBits)];
            bool isOnePrefix = lengths.Length == 1 && last == end;
            elements.Add(new VipElement(
                groups[i].Key, FromNumber(last), isOnePrefix ? "" : PrefixLengths.Format(lengths)));
        }

        return elements;
    }

    /// <summary>The prefixes that begin here; none when no prefix of a user can have made this element.</summary>
    public IEnumerable<Cidr> Prefixes(VipFamily family)
    {
        var lengths = PrefixLengths.Parse(Comment, 8 * family.AddressBytes);
        if (lengths.Count == 0)
        {
            return IsBlock(out int length) ? [new Cidr(First, length)] : [];
        }

        var first = First;
        var prefixes = lengths.Select(length => new Cidr(first, length + family.MappedBits)).ToList();
        return prefixes.TrueForAll(prefix => prefix.Base == Masked(prefix)) ? prefixes : [];
    }

    /// <summary>As `nft list` shows it.</summary>
    public string Text(VipFamily family)
    {
        string range = IsBlock(out int length)
            ? $"{family.Text(First)}/{length - family.MappedBits}"
            : $"{family.Text(First)}-{family.Text(Last)}";
        return Comment.Length == 0 ? range : $"{range} ({Comment})";
    }

    /// <summary>True when the interval reaches to the family's last address: nothing can mark its end.</summary>
    public bool IsOpen(VipFamily family) => Last == family.Space.Last;

    /// <summary>The address behind the last one.</summary>
    public Address End => FromNumber(Number(Last) + 1);

    /// <summary>The address before this one.</summary>
    public static Address Before(Address address) => FromNumber(Number(address) - 1);

    private bool IsBlock(out int prefixLength)
    {
        var size = Number(Last) - Number(First) + 1;
        prefixLength = 128 - (int)UInt128.TrailingZeroCount(size);
        return size == 0 || (UInt128.PopCount(size) == 1 && (Number(First) & (size - 1)) == 0);
    }

    private static UInt128 LastOf(Cidr prefix) => Number(prefix.Base) | HostMask(prefix.PrefixLength);

    private static Address Masked(Cidr prefix) => FromNumber(Number(prefix.Base) & ~HostMask(prefix.PrefixLength));

    private static UInt128 HostMask(int prefixLength) =>
        prefixLength == 0 ? UInt128.MaxValue : (UInt128.One << (128 - prefixLength)) - 1;

    private static UInt128 Number(Address address) => new(address.High, address.Low);

    private static Address FromNumber(UInt128 number) => new((ulong)(number >> 64), (ulong)number);
}
