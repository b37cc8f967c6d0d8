namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if_link.h: attributes of links.</summary>
internal static class UapiIfLink
{
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_MASTER = 10;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_AF_SPEC = 26;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_CARRIER = 33;
    public const ushort IFLA_XDP = 43;

    /// <summary>Inside IFLA_XDP.</summary>
    public const ushort IFLA_XDP_ATTACHED = 2;

    /// <summary>Inside IFLA_LINKINFO.</summary>
    public const ushort IFLA_INFO_KIND = 1;

    /// <summary>Inside AF_INET6 in IFLA_AF_SPEC.</summary>
    public const ushort IFLA_INET6_ADDR_GEN_MODE = 8;
    public const byte IN6_ADDR_GEN_MODE_NONE = 1;
}
