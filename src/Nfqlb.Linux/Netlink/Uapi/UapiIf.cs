namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if.h: flags of links.</summary>
internal static class UapiIf
{
    public const uint IFF_UP = 1;
}
