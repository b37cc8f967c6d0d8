namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if_link.h: attributes of links.</summary>
internal static class UapiIfLink
{
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_CARRIER = 33;

    /// <summary>Inside IFLA_LINKINFO.</summary>
    public const ushort IFLA_INFO_KIND = 1;
}
