using Nfqlb.Flows;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>What the kernel tells routes apart by: of two with one key it keeps one.</summary>
/// <param name="Family">Of the packets it is for.</param>
/// <param name="Table">The table it is in.</param>
/// <param name="Destination">The packets it is for.</param>
/// <param name="Metric">Of routes to one destination that with the least is used.</param>
public readonly record struct RouteKey(IpFamily Family, RoutingTable Table, Cidr Destination, uint Metric)
{
    /// <summary>The key of a route.</summary>
    public static RouteKey Of(Route route) => new(route.Family, route.Table, route.Destination, route.Metric);
}
