namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if_arp.h: kinds of links.</summary>
internal static class UapiIfArp
{
    public const ushort ARPHRD_ETHER = 1;
}
