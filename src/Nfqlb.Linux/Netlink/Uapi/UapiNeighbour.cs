using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/neighbour.h: link-layer addresses of neighbours.</summary>
internal static class UapiNeighbour
{
    public const ushort NDA_DST = 1;
    public const ushort NDA_LLADDR = 2;

    public const byte NTF_USE = 0x01;

    public const ushort NUD_INCOMPLETE = 0x01;
    public const ushort NUD_REACHABLE = 0x02;
    public const ushort NUD_STALE = 0x04;
    public const ushort NUD_DELAY = 0x08;
    public const ushort NUD_PROBE = 0x10;
    public const ushort NUD_FAILED = 0x20;
    public const ushort NUD_NOARP = 0x40;
    public const ushort NUD_PERMANENT = 0x80;

#pragma warning disable CS8981 // The name is C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct ndmsg
    {
        internal byte ndm_family;
        internal byte ndm_pad1;
        internal ushort ndm_pad2;
        internal int ndm_ifindex;
        internal ushort ndm_state;
        internal byte ndm_flags;
        internal byte ndm_type;
    }
#pragma warning restore CS8981
}
