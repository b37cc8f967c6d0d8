using static Nfqlb.Linux.Netlink.Uapi.UapiEthtool;

namespace Nfqlb.Linux.Netlink.Ethtool;

/// <summary>A set of bits that have names, as ethtool lists it: ETHTOOL_A_BITSET.</summary>
/// <remarks>
/// With a mask it lists the bits that it is about, each with a flag when it is set; without one, those that are set.
/// See Documentation/networking/ethtool-netlink.rst, "Bit sets".
/// </remarks>
internal static class NamedBits
{
    /// <summary>Writes a set that is about one bit alone.</summary>
    public static void Write(NetlinkWriter writer, ushort type, string name, bool isSet)
    {
        using (writer.Nested(type))
        using (writer.Nested(ETHTOOL_A_BITSET_BITS))
        using (writer.Nested(ETHTOOL_A_BITSET_BITS_BIT))
        {
            writer.Text(ETHTOOL_A_BITSET_BIT_NAME, name);
            if (isSet)
            {
                writer.Flag(ETHTOOL_A_BITSET_BIT_VALUE);
            }
        }
    }

    /// <summary>Looks for one bit in a set.</summary>
    /// <returns>Null when the set does not list it.</returns>
    /// <exception cref="NetlinkException">The set is malformed: EBADMSG.</exception>
    public static bool? Find(NetlinkAttributes set, string name)
    {
        bool hasMask = true;
        bool? isSet = null;
        while (set.Next())
        {
            switch (set.Type)
            {
                case ETHTOOL_A_BITSET_NOMASK: hasMask = false; break;
                case ETHTOOL_A_BITSET_BITS: isSet = FindListed(set.Nested, name); break;
            }
        }

        return isSet is null || hasMask ? isSet : true;
    }

    private static bool? FindListed(NetlinkAttributes bits, string name)
    {
        while (bits.Next())
        {
            if (bits.Type == ETHTOOL_A_BITSET_BITS_BIT && IsNamed(bits.Nested, name, out bool isSet))
            {
                return isSet;
            }
        }

        return null;
    }

    private static bool IsNamed(NetlinkAttributes bit, string name, out bool isSet)
    {
        bool isNamed = false;
        isSet = false;
        while (bit.Next())
        {
            switch (bit.Type)
            {
                case ETHTOOL_A_BITSET_BIT_NAME: isNamed = bit.Text == name; break;
                case ETHTOOL_A_BITSET_BIT_VALUE: isSet = true; break;
            }
        }

        return isNamed;
    }
}
