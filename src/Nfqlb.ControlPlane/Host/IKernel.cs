using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Host;

/// <summary>Features of links, rules, routes and the table of virtual addresses of a network namespace.</summary>
/// <remarks>Tests put a model in its place that answers as the kernel does.</remarks>
public interface IKernel
{
    /// <summary>All links.</summary>
    IReadOnlyList<Link> ReadLinks();

    /// <summary>The addresses of this host.</summary>
    IReadOnlyList<Address> ReadAddresses();

    /// <summary>A feature of a link that is there; null for one that the kernel does not know.</summary>
    LinkFeature? ReadFeature(LinkFeatureKey key);

    /// <summary>Our routes, and those of anybody in some tables, each once.</summary>
    IReadOnlyList<Route> ReadRoutes(IReadOnlySet<RoutingTable> tables);

    /// <summary>All routes in some tables, whosever they are.</summary>
    IReadOnlyList<Route> ReadRoutesOf(IReadOnlySet<RoutingTable> tables);

    /// <summary>Our rules, in the kernel's order.</summary>
    IReadOnlyList<RoutingRule> ReadRules();

    /// <summary>The table of virtual addresses; null for none.</summary>
    VipTableContent? ReadVips();

    /// <summary>Carries changes of routes and rules out in their order: one that fails does not stop those behind
    /// it.</summary>
    /// <returns>What became of each.</returns>
    IReadOnlyList<Outcome> Carry(IReadOnlyList<Change> changes);

    /// <summary>Switches a feature of a link on or off, and makes sure that it is.</summary>
    void SetFeature(LinkFeatureKey key, bool isOn);

    /// <summary>Has the table of virtual addresses do this, in one transaction; null for no table.</summary>
    void SetVips(VipTableContent? content);

    /// <summary>Why the kernel would not take these routes, as far as it tells without taking them: a reason each that
    /// names the gateway, null where it would.</summary>
    IReadOnlyList<string?> Refusals(IReadOnlyList<Route> routes);
}
