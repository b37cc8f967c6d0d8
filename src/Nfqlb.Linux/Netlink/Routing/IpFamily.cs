using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>An address family; each has rules and tables of its own. The numbers are the kernel's.</summary>
public enum IpFamily : byte
{
    /// <summary>AF_INET</summary>
    Ipv4 = LibC.AF_INET,

    /// <summary>AF_INET6</summary>
    Ipv6 = LibC.AF_INET6,
}
