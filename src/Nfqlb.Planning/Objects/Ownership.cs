using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>Which rules and routes are ours. All others are read, and never changed.</summary>
public static class Ownership
{
    /// <summary>True for a route that this program made.</summary>
    public static bool IsOurs(Route route) => route.Protocol == RoutingProtocol.Nfqlb;

    /// <summary>True for a rule that this program made.</summary>
    public static bool IsOurs(RoutingRule rule) =>
        rule.Protocol == RoutingProtocol.Nfqlb && rule.Priority is >= MarkTree.First and <= EgressRules.Last;
}
