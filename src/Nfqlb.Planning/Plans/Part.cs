using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Plans;

/// <summary>The part of a host that a change of what is asked for is about: some pools, and of the ways of targets some
/// tables. Only this is looked at, planned and changed; all else is as it was asked for before, or the next look finds
/// out.</summary>
/// <param name="Pools">The pools whose targets change.</param>
/// <param name="Tables">The routing tables of targets that come, go, or are reached otherwise.</param>
public sealed record Part(IReadOnlySet<PoolName> Pools, IReadOnlySet<RoutingTable> Tables)
{
    /// <summary>Targets come or go, so that rules do.</summary>
    public bool HasWays => Tables.Count > 0;

    /// <summary>Whether a change is about this part.</summary>
    public bool Has(Change change) => change switch
    {
        PoolChange pool => Pools.Contains(pool.Name),
        RouteChange route => Tables.Contains(route.Key.Table),
        RuleChange rule => HasWays && !EgressRules.Holds(rule.Rule),
        _ => false,
    };

    /// <summary>What differs between two states.</summary>
    /// <param name="before">What was asked for until now.</param>
    /// <param name="desired">What is asked for from now on.</param>
    /// <returns>Null where more than targets of pools does.</returns>
    public static Part? Between(DesiredState before, DesiredState desired)
    {
        if (desired with { Pools = before.Pools } != before || desired.Pools.Length != before.Pools.Length)
        {
            return null;
        }
        var pools = new HashSet<PoolName>();
        var tables = new HashSet<RoutingTable>();
        for (int i = 0; i < desired.Pools.Length; i++)
        {
            var (was, now) = (before.Pools[i], desired.Pools[i]);
            if (now with { Targets = was.Targets } != was)
            {
                return null;
            }
            if (now.Targets != was.Targets)
            {
                pools.Add(now.Name);
                Compare(was, now, tables);
            }
        }
        return new Part(pools, tables);
    }

    /// <summary>Both have their targets by slot.</summary>
    private static void Compare(DesiredPool was, DesiredPool now, HashSet<RoutingTable> tables)
    {
        int i = 0, j = 0;
        while (i < was.Targets.Length || j < now.Targets.Length)
        {
            var one = i < was.Targets.Length ? was.Targets[i] : null;
            var other = j < now.Targets.Length ? now.Targets[j] : null;
            bool isOne = one is not null && (other is null || one.Slot <= other.Slot);
            bool isOther = other is not null && (one is null || other.Slot <= one.Slot);
            if (!isOne || !isOther || !(ReferenceEquals(one, other) || one!.LeadsTo(other!)))
            {
                Add(isOne ? one : null, tables);
                Add(isOther ? other : null, tables);
            }
            i += isOne ? 1 : 0;
            j += isOther ? 1 : 0;
        }
    }

    private static void Add(DesiredTarget? target, HashSet<RoutingTable> tables)
    {
        if (target?.HasWay == true)
        {
            tables.Add(new RoutingTable(target.Table));
        }
    }
}
