namespace Nfqlb.Routing;

/// <summary>What a route does with a packet. The numbers are the kernel's (RTN_*,
/// linux/rtnetlink.h).</summary>
public enum RouteType : byte
{
    /// <summary>Sends it to a gateway, or to a neighbour on a link.</summary>
    Unicast = 1,

    /// <summary>Delivers it to this host.</summary>
    Local = 2,

    /// <summary>Sends it to all on a link.</summary>
    Broadcast = 3,

    /// <summary>Delivers it to this host, one of several.</summary>
    Anycast = 4,

    /// <summary>Sends it to a group.</summary>
    Multicast = 5,

    /// <summary>Drops it in silence.</summary>
    Blackhole = 6,

    /// <summary>Drops it and says that the host is unreachable.</summary>
    Unreachable = 7,

    /// <summary>Drops it and says that it is forbidden.</summary>
    Prohibit = 8,

    /// <summary>Ends the search in this table: the next rule follows.</summary>
    Throw = 9,
}
