using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Plans;

/// <summary>The routes by which marked packets reach their targets.</summary>
/// <remarks>In each family a table with the way to the target, if it has one in that family, and an unreachable route
/// behind it: a packet of a family that the target has not, or whose link is down, must not go on to the main
/// table.</remarks>
internal sealed class RoutePlan
{
    /// <summary>Behind all other routes of a table.</summary>
    private const uint LastResort = uint.MaxValue;

    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    private readonly ObservedState _observed;
    private readonly Dictionary<LinkIndex, string> _linkNames;
    private readonly ILookup<uint, PooledTarget> _managed;
    private readonly PlanDraft _draft;

    private RoutePlan(ObservedState observed, Managed managed, PlanDraft draft)
    {
        _observed = observed;
        _linkNames = observed.Links.ToDictionary(link => link.Value, link => link.Key);
        _managed = managed.Targets.ToLookup(pair => pair.Target.Table);
        _draft = draft;
    }

    /// <summary>Adds what is missing, and what is too much.</summary>
    /// <param name="desired">What is asked for.</param>
    /// <param name="observed">What there is, of a part its tables alone.</param>
    /// <param name="managed">What was asked for until now.</param>
    /// <param name="draft">Gets the changes.</param>
    /// <param name="part">The part that is compared; null for all.</param>
    public static void Compare(
        DesiredState desired, ObservedState observed, Managed managed, PlanDraft draft, Part? part = null) =>
        new RoutePlan(observed, managed, draft).Compare(desired.Targets.Where(pair => pair.Target.HasWay
            && part?.Tables.Contains(new RoutingTable(pair.Target.Table)) != false));

    /// <summary>True for a route that does what is desired, whosever it is. The link that the kernel has found by
    /// itself is no difference.</summary>
    public static bool Does(Route actual, Route desired) =>
        RouteKey.Of(actual) == RouteKey.Of(desired)
        && (actual.Type, actual.Gateway, actual.IsMultipath) == (desired.Type, desired.Gateway, false)
        && (desired.Link is null || actual.Link == desired.Link);

    private void Compare(IEnumerable<PooledTarget> targets)
    {
        var actual = _observed.Routes.ToLookup(RouteKey.Of);
        var keys = new HashSet<RouteKey>();
        foreach (var pair in targets.DistinctBy(pair => pair.Target.Table))
        {
            foreach (var route in RoutesOf(pair))
            {
                keys.Add(RouteKey.Of(route));
                Compare(pair, route, actual[RouteKey.Of(route)]);
            }
        }
        foreach (var route in _observed.Routes)
        {
            if (Ownership.IsOurs(route) && !keys.Contains(RouteKey.Of(route)))
            {
                _draft.Add(Named(new RouteChange(route, null)));
            }
        }
    }

    private void Compare(PooledTarget pair, Route desired, IEnumerable<Route> there)
    {
        Route? ours = null;
        Route? others = null;
        foreach (var route in there)
        {
            if (Does(route, desired))
            {
                // Somebody else's route that leads there does as well, and stays his.
                return;
            }
            ours = Ownership.IsOurs(route) ? route : ours;
            others = Ownership.IsOurs(route) ? others : route;
        }
        if (ours is null && others is not null)
        {
            // Of two routes with one key one would go: another's must not.
            _draft.Refuse($"target [{pair.Pool.Name}/{pair.Target}]: table {desired.Table} has a route of somebody "
                + $"else in its place: {RouteChange.Words(others, NameOf(others))}");
            return;
        }
        _draft.Add(Named(new RouteChange(ours, desired) { Excuse = ExcuseFor(desired) }));
    }

    /// <summary>None where a target is told not to have a way, or has lost its link for now.</summary>
    private IEnumerable<Route> RoutesOf(PooledTarget pair)
    {
        var target = pair.Target;
        LinkIndex? link = null;
        if (target.Device is { } device)
        {
            if (_observed.Links.TryGetValue(device, out var index))
            {
                link = index;
            }
            else if (_managed[target.Table].Any(known => known.Target.LeadsTo(target)))
            {
                _draft.Warn($"Target [{pair.Pool.Name}/{target}] waits for its link [{device}], which is gone: "
                    + "its packets are answered as unreachable");
                target = target with { Via4 = null, Via6 = null };
            }
            else
            {
                _draft.Refuse($"target [{target}]: there is no link [{device}]");
                return [];
            }
        }
        return Families.SelectMany(family => RoutesOf(target, family, link));
    }

    private static IEnumerable<Route> RoutesOf(DesiredTarget target, IpFamily family, LinkIndex? link)
    {
        var table = new RoutingTable(target.Table);
        if ((family == IpFamily.Ipv4 ? target.Via4 : target.Via6) is { } gateway)
        {
            yield return new Route(family, table, RouteType.Unicast, Route.Default(family))
            {
                Gateway = gateway,
                Link = link,
                IsOnLink = link is not null,
            };
        }
        yield return new Route(family, table, RouteType.Unreachable, Route.Default(family)) { Metric = LastResort };
    }

    /// <summary>A route that was asked for before, and whose link is down, is no reason to refuse all else.</summary>
    private string? ExcuseFor(Route route)
    {
        foreach (var (pool, target) in _managed[route.Table.Id])
        {
            var gateway = route.Family == IpFamily.Ipv4 ? target.Via4 : target.Via6;
            string? link = NameOf(route);
            if (route.Gateway is not null && gateway == route.Gateway && target.Device == link)
            {
                string named = target.Device is null ? "" : $" [{target.Device}]";
                return $"Target [{pool.Name}/{target}] waits for its link{named}: {RouteChange.Words(route, link)}";
            }
        }
        return null;
    }

    private RouteChange Named(RouteChange change) =>
        change with { LinkName = NameOf((change.After ?? change.Before)!) };

    private string? NameOf(Route route) => route.Link is { } index ? _linkNames.GetValueOrDefault(index) : null;
}
