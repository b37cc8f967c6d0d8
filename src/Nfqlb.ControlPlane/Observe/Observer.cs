using Nfqlb.ControlPlane.Host;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Looks at what there is, as far as it matters for what is desired.</summary>
/// <param name="host">Where.</param>
public sealed class Observer(Surroundings host)
{
    /// <summary>Reads what a plan of this scope is made of. Changes nothing.</summary>
    public ObservedState Observe(DesiredState desired, Managed managed, Scope scope)
    {
        var observed = ObservedState.Empty;
        if ((scope & (Scope.Targets | Scope.Features)) != 0)
        {
            observed = observed with { Links = ReadLinks() };
        }
        if (scope.HasFlag(Scope.Features))
        {
            var features = desired.Features.Select(feature => feature.Key).Union(managed.Features);
            observed = observed with { Features = ReadFeatures(features, observed.Links) };
        }
        if (scope.HasFlag(Scope.Targets))
        {
            PoolName[] pools = [.. desired.Pools.Select(pool => pool.Name).Union(managed.Pools)];
            observed = observed with
            {
                Routes = RoutesOf(desired),
                Pools = ReadPools(pools),
                UnfinishedPools = pools.Where(host.Pools.IsUnfinished).ToHashSet(),
                HasSlowStart = HasSlowStart(desired),
            };
        }
        if ((scope & (Scope.Targets | Scope.Vips)) != 0)
        {
            observed = observed with { Rules = host.Kernel.ReadRules() };
        }
        if (scope.HasFlag(Scope.Vips))
        {
            observed = observed with
            {
                Vips = host.Kernel.ReadVips(),
                Addresses = desired.Vips.IsEmpty ? [] : host.Kernel.ReadAddresses(),
            };
        }
        return scope.HasFlag(Scope.FlowsAndPools) ? observed with
        {
            Flows = host.Flows.Read(),
            Balancer = host.Flows.Address,
        }
        : observed;
    }

    /// <summary>Reads what the plan of a part is made of. Changes nothing.</summary>
    public ObservedState Observe(DesiredState desired, Part part) => ObservedState.Empty with
    {
        HasSlowStart = HasSlowStart(desired),
        Links = part.HasWays ? ReadLinks() : ObservedState.Empty.Links,
        Routes = part.HasWays ? host.Kernel.ReadRoutesOf(part.Tables) : [],
        Rules = part.HasWays ? host.Kernel.ReadRules() : [],
        Pools = ReadPools(part.Pools),
    };

    /// <summary>Reads what some changes have touched, to see whether it still is as they left it.</summary>
    public ObservedState Observe(IReadOnlyCollection<Change> touched)
    {
        var features = touched.OfType<FeatureChange>().Select(change => change.Key).Distinct().ToList();
        var tables = touched.OfType<RouteChange>().Select(change => change.Key.Table).ToHashSet();
        return ObservedState.Empty with
        {
            Features = features.Count == 0 ? ObservedState.Empty.Features : ReadFeatures(features, ReadLinks()),
            Routes = tables.Count == 0 ? [] : host.Kernel.ReadRoutes(tables),
            Rules = touched.OfType<RuleChange>().Any() ? host.Kernel.ReadRules() : [],
            Pools = ReadPools(touched.OfType<PoolChange>().Select(change => change.Name).Distinct()),
            Flows = touched.OfType<FlowChange>().Any() ? host.Flows.Read() : null,
            Vips = touched.OfType<VipTableChange>().Any() ? host.Kernel.ReadVips() : null,
        };
    }

    /// <summary>Our routes mostly say by themselves that nothing is missing. Others' are read of those tables alone
    /// where something may be.</summary>
    private IReadOnlyList<Route> RoutesOf(DesiredState desired)
    {
        var ours = host.Kernel.ReadRoutes(new HashSet<RoutingTable>());
        var counts = ours.GroupBy(route => route.Table).ToDictionary(group => group.Key, group => group.Count());
        var incomplete = desired.Targets.Select(pair => pair.Target).Where(target => target.HasWay)
            .Where(target => counts.GetValueOrDefault(new RoutingTable(target.Table)) < RoutesOf(target))
            .Select(target => new RoutingTable(target.Table)).ToHashSet();
        return incomplete.Count == 0 ? ours : host.Kernel.ReadRoutes(incomplete);
    }

    /// <summary>A way in one family or both, and the route of last resort in each.</summary>
    private static int RoutesOf(DesiredTarget target) =>
        2 + (target.Via4 is null ? 0 : 1) + (target.Via6 is null ? 0 : 1);

    private bool HasSlowStart(DesiredState desired) =>
        desired.Pools.Any(pool => pool.SlowStart is not null) && host.HasSlowStart();

    private Dictionary<string, LinkIndex> ReadLinks() => host.Kernel.ReadLinks().DistinctBy(link => link.Name)
        .ToDictionary(link => link.Name, link => link.Index);

    private Dictionary<LinkFeatureKey, LinkFeature?> ReadFeatures(
        IEnumerable<LinkFeatureKey> keys, IReadOnlyDictionary<string, LinkIndex> links) =>
        keys.Where(key => links.ContainsKey(key.Link)).ToDictionary(key => key, host.Kernel.ReadFeature);

    private Dictionary<PoolName, PoolContent> ReadPools(IEnumerable<PoolName> names)
    {
        var pools = new Dictionary<PoolName, PoolContent>();
        foreach (var name in names)
        {
            if (host.Pools.Read(name) is { } content)
            {
                pools[name] = content;
            }
        }
        return pools;
    }
}
