using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/xfrm.h: policies of IPsec.</summary>
internal static class UapiXfrm
{
    public const ushort XFRM_MSG_NEWPOLICY = 0x13;
    public const ushort XFRM_MSG_GETPOLICY = 0x15;
    public const ushort XFRMA_TMPL = 5;

    public const byte XFRM_POLICY_OUT = 1;
    public const byte XFRM_POLICY_FWD = 2;
    public const byte XFRM_POLICY_BLOCK = 1;

#pragma warning disable CS8981 // The names are C's.
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct xfrm_selector
    {
        internal fixed byte daddr[16];
        internal fixed byte saddr[16];

        /// <summary>Big-endian, as are the other ports and masks.</summary>
        internal ushort dport;
        internal ushort dport_mask;
        internal ushort sport;
        internal ushort sport_mask;
        internal ushort family;
        internal byte prefixlen_d;
        internal byte prefixlen_s;
        internal byte proto;
        internal int ifindex;
        internal uint user;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct xfrm_userpolicy_info
    {
        internal xfrm_selector sel;
        internal fixed ulong lft[8];
        internal fixed ulong curlft[4];
        internal uint priority;
        internal uint index;
        internal byte dir;
        internal byte action;
        internal byte flags;
        internal byte share;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct xfrm_userpolicy_id
    {
        internal xfrm_selector sel;
        internal uint index;
        internal byte dir;
    }
#pragma warning restore CS8981
}
