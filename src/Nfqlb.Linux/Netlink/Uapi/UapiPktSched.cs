namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/pkt_sched.h: where filters of a link hang.</summary>
internal static class UapiPktSched
{
    public const uint TC_H_CLSACT = 0xfffffff1;
    public const uint TC_H_MAJ_MASK = 0xffff0000;
    public const uint TC_H_MIN_INGRESS = 0xfff2;
    public const uint TC_H_MIN_EGRESS = 0xfff3;
}
