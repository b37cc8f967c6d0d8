using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>Links, addresses, rules, routes and neighbours of the host's network namespace.</summary>
public sealed record NetworkState
{
    /// <summary>All links.</summary>
    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>What the links by which packets may come can do, as far as the kernel tells it.</summary>
    public IReadOnlyList<LinkFeature> Features { get; init; } = [];

    /// <summary>The addresses of this host.</summary>
    public IReadOnlyList<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>All rules of IPv4, in the kernel's order.</summary>
    public IReadOnlyList<RoutingRule> Ipv4Rules { get; init; } = [];

    /// <summary>All rules of IPv6, in the kernel's order.</summary>
    public IReadOnlyList<RoutingRule> Ipv6Rules { get; init; } = [];

    /// <summary>The routes of the tables of targets, and of those that VIPs leave by.</summary>
    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>All neighbours.</summary>
    public IReadOnlyList<Neighbour> Neighbours { get; init; } = [];

    /// <summary>All rules of a family, in the kernel's order.</summary>
    public IReadOnlyList<RoutingRule> RulesOf(IpFamily family) =>
        family == IpFamily.Ipv4 ? Ipv4Rules : Ipv6Rules;

    /// <summary>A link; null when it is gone.</summary>
    public Link? Find(LinkIndex? index) => Links.FirstOrDefault(link => link.Index == index);

    /// <summary>A link by name; null when there is none.</summary>
    public Link? Find(string name) => Links.FirstOrDefault(link => link.Name == name);

    /// <summary>What is known of an address on a link; null when it was never asked for.</summary>
    public Neighbour? Find(Address address, LinkIndex? link) =>
        Neighbours.FirstOrDefault(neighbour => neighbour.Address == address && neighbour.Link == link);

    /// <summary>Whether a table has a route for an address, of which the kernel says this.</summary>
    /// <remarks>The kernel names the table with the route it gives, but not with an IPv4 route that refuses.</remarks>
    public bool HasRoute(IpFamily family, RoutingTable table, Address destination, RouteAnswer answer)
    {
        if (answer.Route is { } route)
        {
            return route.Table == table;
        }
        var best = Routes
            .Where(other => other.Family == family && other.Table == table && other.Destination.Contains(destination))
            .MaxBy(other => other.Destination.PrefixLength);
        return best is not null && best.Type != RouteType.Throw;
    }
}
