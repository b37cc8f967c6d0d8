namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/pkt_cls.h: filters of tc.</summary>
internal static class UapiPktCls
{
    public const ushort TCA_BPF_ID = 11;
}
