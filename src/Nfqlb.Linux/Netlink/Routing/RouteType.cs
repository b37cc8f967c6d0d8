using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>What a route does with a packet. The numbers are the kernel's.</summary>
public enum RouteType : byte
{
    /// <summary>Sends it to a gateway, or to a neighbour on a link.</summary>
    Unicast = RTN_UNICAST,

    /// <summary>Delivers it to this host.</summary>
    Local = RTN_LOCAL,

    /// <summary>Sends it to all on a link.</summary>
    Broadcast = RTN_BROADCAST,

    /// <summary>Delivers it to this host, one of several.</summary>
    Anycast = RTN_ANYCAST,

    /// <summary>Sends it to a group.</summary>
    Multicast = RTN_MULTICAST,

    /// <summary>Drops it in silence.</summary>
    Blackhole = RTN_BLACKHOLE,

    /// <summary>Drops it and says that the host is unreachable.</summary>
    Unreachable = RTN_UNREACHABLE,

    /// <summary>Drops it and says that it is forbidden.</summary>
    Prohibit = RTN_PROHIBIT,

    /// <summary>Ends the search in this table: the next rule follows.</summary>
    Throw = RTN_THROW,
}
