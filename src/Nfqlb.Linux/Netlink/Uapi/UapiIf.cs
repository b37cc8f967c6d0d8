namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if.h: flags of links.</summary>
internal static class UapiIf
{
    public const uint IFF_UP = 1;
    public const uint IFF_NOARP = 0x80;
}
