using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Netlink;

/// <summary>The part of the kernel a netlink socket speaks to.</summary>
public enum NetlinkProtocol
{
    /// <summary>Links, addresses, routes, rules, neighbours: rtnetlink.</summary>
    Route = NETLINK_ROUTE,

    /// <summary>IPsec: xfrm.</summary>
    Transform = NETLINK_XFRM,

    /// <summary>nf_tables and the rest of netfilter: nfnetlink.</summary>
    Netfilter = NETLINK_NETFILTER,

    /// <summary>Families that the kernel numbers as it loads them, such as ethtool: generic netlink.</summary>
    Generic = NETLINK_GENERIC,
}
