using Nfqlb.Flows;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>The routes by which virtual addresses are announced. No packet goes by them: a routing daemon learns
/// them.</summary>
public static class AnnouncedRoutes
{
    /// <summary>The link that they lead to. It is there as long as a process holds it, and they with it.</summary>
    public const string LinkName = "nfqlb-announce";

    /// <summary>The route of a virtual address.</summary>
    public static Route Of(Cidr vip, RoutingTable table, LinkIndex link) => new(
        vip.Base.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6, table, RouteType.Unicast, vip)
    {
        Link = link,
        Protocol = RoutingProtocol.NfqlbAnnounced,
    };

    /// <summary>The route behind all others of the main table that swallows the packets of a virtual address.</summary>
    public static Route SinkOf(Cidr vip, LinkIndex link) =>
        Of(vip, RoutingTable.Main, link) with { Metric = uint.MaxValue };

    /// <summary>True for one of ours: of our number, by our link.</summary>
    public static bool IsOurs(Route route, LinkIndex link) =>
        route.Protocol == RoutingProtocol.NfqlbAnnounced && route.Link == link;
}
