namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/ethtool_netlink.h: features of links, and sets of bits that have names.</summary>
internal static class UapiEthtool
{
    public const byte ETHTOOL_GENL_VERSION = 1;

    public const byte ETHTOOL_MSG_FEATURES_GET = 11;
    public const byte ETHTOOL_MSG_FEATURES_SET = 12;
    public const byte ETHTOOL_MSG_FEATURES_GET_REPLY = 11;
    public const byte ETHTOOL_MSG_FEATURES_SET_REPLY = 12;

    public const ushort ETHTOOL_A_HEADER_DEV_NAME = 2;
    public const ushort ETHTOOL_A_HEADER_FLAGS = 3;

    public const uint ETHTOOL_FLAG_OMIT_REPLY = 1 << 1;

    public const ushort ETHTOOL_A_FEATURES_HEADER = 1;
    public const ushort ETHTOOL_A_FEATURES_HW = 2;
    public const ushort ETHTOOL_A_FEATURES_WANTED = 3;
    public const ushort ETHTOOL_A_FEATURES_ACTIVE = 4;

    public const ushort ETHTOOL_A_BITSET_NOMASK = 1;
    public const ushort ETHTOOL_A_BITSET_BITS = 3;

    public const ushort ETHTOOL_A_BITSET_BITS_BIT = 1;

    public const ushort ETHTOOL_A_BITSET_BIT_NAME = 2;
    public const ushort ETHTOOL_A_BITSET_BIT_VALUE = 3;
}
