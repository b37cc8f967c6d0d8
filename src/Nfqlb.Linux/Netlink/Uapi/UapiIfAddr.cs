using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Netlink.Uapi;

/// <summary>linux/if_addr.h: addresses of links.</summary>
internal static class UapiIfAddr
{
    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;

#pragma warning disable CS8981 // The name is C's.
    [StructLayout(LayoutKind.Sequential)]
    internal struct ifaddrmsg
    {
        internal byte ifa_family;
        internal byte ifa_prefixlen;
        internal byte ifa_flags;
        internal byte ifa_scope;
        internal uint ifa_index;
    }
#pragma warning restore CS8981
}
