namespace Nfqlb.Routing;

/// <summary>An address family; each has rules and tables of its own. The numbers are the kernel's.</summary>
public enum IpFamily : byte
{
    /// <summary>AF_INET</summary>
    Ipv4 = 2,

    /// <summary>AF_INET6</summary>
    Ipv6 = 10,
}
