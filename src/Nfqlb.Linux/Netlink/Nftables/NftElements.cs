using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>Puts the elements of a set together again: the kernel lists their starts and ends, in any order.</summary>
internal sealed class NftElements(VipFamily family)
{
    private readonly SortedDictionary<Address, string> _starts = new(ByNumber);
    private readonly SortedSet<Address> _ends = new(ByNumber);

    /// <summary>True when an element was read that is no interval, such as `*`.</summary>
    public bool HasOthers { get; private set; }

    private static Comparer<Address> ByNumber { get; } = Comparer<Address>.Create((one, other) =>
        (one.High, one.Low).CompareTo((other.High, other.Low)));

    /// <summary>Reads the attributes of an NFT_MSG_NEWSETELEM, one part of a dump; not those of another set.</summary>
    public void Read(NetlinkAttributes attributes)
    {
        string set = "";
        var list = default(NetlinkAttributes);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_SET_ELEM_LIST_SET:
                    set = attributes.Text;
                    break;
                case NFTA_SET_ELEM_LIST_ELEMENTS:
                    list = attributes.Nested;
                    break;
            }
        }

        while (set == family.SetName && list.Next())
        {
            ReadElement(list.Nested);
        }
    }

    /// <summary>The elements by address. An end without a start, as nft puts at 0, says nothing.</summary>
    public List<VipElement> ToList()
    {
        var elements = new List<VipElement>();
        Address[] firsts = [.. _starts.Keys];
        Address[] ends = [.. _ends];
        int end = 0;
        for (int i = 0; i < firsts.Length; i++)
        {
            while (end < ends.Length && ByNumber.Compare(ends[end], firsts[i]) <= 0)
            {
                end++;
            }

            // Where intervals touch, some versions of nft leave the end out.
            bool hasNext = i + 1 < firsts.Length;
            bool hasEnd = end < ends.Length && !(hasNext && ByNumber.Compare(firsts[i + 1], ends[end]) < 0);
            var last = (hasEnd, hasNext) switch
            {
                (true, _) => VipElement.Before(ends[end]),
                (_, true) => VipElement.Before(firsts[i + 1]),
                _ => family.Space.Last,
            };
            elements.Add(new VipElement(firsts[i], last, _starts[firsts[i]]));
        }

        return elements;
    }

    private void ReadElement(NetlinkAttributes element)
    {
        Address? key = null;
        uint flags = 0;
        string comment = "";
        while (element.Next())
        {
            switch (element.Type)
            {
                case NFTA_SET_ELEM_KEY:
                    key = ReadKey(element.Nested);
                    break;
                case NFTA_SET_ELEM_FLAGS:
                    flags = element.UInt32BigEndian;
                    break;
                case NFTA_SET_ELEM_USERDATA:
                    comment = ElementUserData.ReadComment(element.Bytes);
                    break;
            }
        }

        switch (key, flags)
        {
            case ({ } first, 0):
                _starts[first] = comment;
                break;
            case ({ } end, NFT_SET_ELEM_INTERVAL_END):
                _ends.Add(end);
                break;
            default:
                HasOthers = true;
                break;
        }
    }

    private Address? ReadKey(NetlinkAttributes key)
    {
        while (key.Next())
        {
            if (key.Type == NFTA_DATA_VALUE)
            {
                return family.ReadAddress(key.Bytes);
            }
        }

        return null;
    }
}
