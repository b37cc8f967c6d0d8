namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if_link.h: attributes of links.</summary>
internal static class UapiIfLink
{
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_CARRIER = 33;
}
