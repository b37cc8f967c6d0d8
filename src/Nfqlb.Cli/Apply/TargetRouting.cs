using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Apply;

/// <summary>The rules and routing tables by which marked packets reach their targets.</summary>
/// <remarks>For each family a rule a mark and a table with the way to the target, if it has one in that family, and an
/// unreachable route behind it: a packet of a family that the target has not, or whose link is down, must not go on to
/// the main table.</remarks>
internal static class TargetRouting
{
    /// <summary>Behind all other routes of a table.</summary>
    private const uint LastResort = uint.MaxValue;

    /// <summary>What is missing, and what is too much.</summary>
    /// <param name="before">What was wanted until now: routes of it whose link is down are no reason to refuse all
    /// else, and come back with the next command after the link has.</param>
    /// <param name="wanted">What is wanted from now on.</param>
    /// <param name="warnings">Is told of the targets whose link is gone.</param>
    public static IEnumerable<Step> Compare(
        IReadOnlyList<DesiredState> before, DesiredState wanted, ICollection<string> warnings)
    {
        using var socket = RoutingSocket.Open();
        var links = socket.ReadLinks().ToDictionary(link => link.Name, link => link.Index);
        foreach (var (pool, target) in wanted.Targets)
        {
            if (HasLostLink(target, before, links))
            {
                warnings.Add($"Target [{pool.Name}/{target}] waits for its link [{target.Device}], which is gone: "
                    + "its packets are answered as unreachable");
            }
        }
        return
        [
            .. Compare(socket, IpFamily.Ipv4, before, wanted, links).OfType<Step>(),
            .. Compare(socket, IpFamily.Ipv6, before, wanted, links).OfType<Step>(),
        ];
    }

    /// <summary>The routes that a target needs in a family.</summary>
    /// <exception cref="UsageException">It has a link that is not there.</exception>
    public static IEnumerable<Route> RoutesOf(
        DesiredTarget target, IpFamily family, IReadOnlyDictionary<string, LinkIndex> links)
    {
        var table = new RoutingTable(target.Table);
        if ((family == IpFamily.Ipv4 ? target.Via4 : target.Via6) is { } gateway)
        {
            yield return new Route(family, table, RouteType.Unicast, Route.Default(family))
            {
                Gateway = gateway,
                Link = LinkOf(target, links),
                IsOnLink = target.Device is not null,
            };
        }
        yield return new Route(family, table, RouteType.Unreachable, Route.Default(family)) { Metric = LastResort };
    }

    /// <summary>True for one that does what is wanted; the link that the kernel has found by itself is no
    /// difference.</summary>
    public static bool IsAsWanted(Route actual, Route wanted) =>
        (actual.Type, actual.Gateway, actual.Metric, actual.IsMultipath)
            == (wanted.Type, wanted.Gateway, wanted.Metric, false)
        && (wanted.Link is null || actual.Link == wanted.Link);

    private static IEnumerable<Step?> Compare(
        RoutingSocket socket, IpFamily family, IReadOnlyList<DesiredState> before, DesiredState wanted,
        IReadOnlyDictionary<string, LinkIndex> links)
    {
        var names = links.ToDictionary(link => link.Value, link => link.Key);
        var known = new Dictionary<Route, string>();
        foreach (var (pool, target) in before.SelectMany(state => state.Targets))
        {
            string link = target.Device is null ? "" : $" [{target.Device}]";
            bool isThere = target.Device is null || links.ContainsKey(target.Device);
            foreach (var route in isThere ? RoutesOf(target, family, links) : [])
            {
                known.TryAdd(route, $"Target [{pool.Name}/{target}] waits for its link{link}: {Words(route, names)}");
            }
        }
        var actual = socket.ReadRoutes(family, protocol: RoutingProtocol.Nfqlb)
            .ToLookup(route => (route.Table, route.Metric));
        var routes = wanted.Targets.Select(pair => pair.Target).DistinctBy(target => target.Table)
            .Select(target =>
                HasLostLink(target, before, links) ? target with { Via4 = null, Via6 = null } : target)
            .SelectMany(target => RoutesOf(target, family, links))
            .ToLookup(route => (route.Table, route.Metric));
        Route[] missing = [.. Missing(routes.SelectMany(route => route), actual)];
        if (missing.Length > 0)
        {
            // Somebody else's route that leads there does as well, and stays his.
            missing = [.. Missing(missing, socket.ReadRoutes(family).ToLookup(route => (route.Table, route.Metric)))];
        }
        yield return RouteStep(
            Stage.AddRoutes,
            names,
            missing,
            (batch, route) => Add(batch, route, isOurs: actual.Contains((route.Table, route.Metric))),
            known);
        yield return RouteStep(
            Stage.DeleteRoutes,
            names,
            actual.Where(group => !routes.Contains(group.Key)).SelectMany(route => route),
            (batch, route) => batch.Delete(route));

        // Marks that have a table keep it until no pool gives them any more.
        var rules = MarkRules.Read(socket, family);
        var tables = new Dictionary<uint, uint>();
        foreach (var (_, target) in wanted.Targets)
        {
            tables[(uint)target.Mark.Value] = target.Table;
        }
        var additions = Change(wanted, rules, MarkTables.WithThoseOf(tables, rules, wanted.MarkMask));
        yield return RuleStep(Stage.AddRules, family, additions);
        yield return RuleStep(
            Stage.DeleteRules, family, Change(wanted, MarkRuleChange.After(rules, additions), tables));
    }

    /// <summary>A link that never was there is refused instead.</summary>
    private static bool HasLostLink(
        DesiredTarget target, IReadOnlyList<DesiredState> before, IReadOnlyDictionary<string, LinkIndex> links) =>
        target.Device is { } link && !links.ContainsKey(link)
        && before.Any(state => state.Targets.Any(pair => pair.Target.LeadsTo(target)));

    private static IEnumerable<Route> Missing(
        IEnumerable<Route> wanted, ILookup<(RoutingTable Table, uint Metric), Route> actual) =>
        wanted.Where(route => !actual[(route.Table, route.Metric)].Any(other => IsAsWanted(other, route)));

    private static IReadOnlyList<MarkRuleChange> Change(
        DesiredState wanted, IReadOnlyList<MarkRule> rules, IReadOnlyDictionary<uint, uint> tables) =>
        wanted.Rules == RuleLayout.Flat
            ? MarkList.Change(rules, tables, wanted.MarkMask)
            : MarkTree.Change(rules, tables, wanted.MarkMask);

    /// <summary>Of two routes with the same metric one would go: another's must not.</summary>
    private static void Add(RoutingBatch batch, Route route, bool isOurs)
    {
        if (isOurs)
        {
            batch.Replace(route);
        }
        else
        {
            batch.Add(route);
        }
    }

    private static LinkIndex? LinkOf(DesiredTarget target, IReadOnlyDictionary<string, LinkIndex> links)
    {
        if (target.Device is null)
        {
            return null;
        }
        return links.TryGetValue(target.Device, out var link)
            ? link
            : throw new UsageException($"target [{target}]: there is no link [{target.Device}]");
    }

    private static Step? RouteStep(
        Stage stage, Dictionary<LinkIndex, string> links, IEnumerable<Route> routes, Action<RoutingBatch, Route> write,
        Dictionary<Route, string>? known = null)
    {
        Route[] changed = [.. routes];
        char sign = stage == Stage.AddRoutes ? '+' : '-';
        string[] lines = [.. changed.Select(route => $"{sign} {Words(route, links)}")];
        return changed.Length == 0 ? null : new Step(stage, lines, () =>
        {
            var batch = new RoutingBatch();
            Array.ForEach(changed, route => write(batch, route));
            RoutingChanges.Carry(batch, mayExist: false, known);
        });
    }

    /// <summary>With the link's name where there is one: the kernel knows its number alone.</summary>
    private static string Words(Route route, Dictionary<LinkIndex, string> links) =>
        route.Link is { } index && links.GetValueOrDefault(index) is { } name
            ? $"{route}".Replace($" dev if{index} ", $" dev {name} ", StringComparison.Ordinal)
            : $"{route}";

    private static Step? RuleStep(Stage stage, IpFamily family, IReadOnlyList<MarkRuleChange> changes) =>
        changes.Count == 0 ? null : new Step(
            stage,
            [.. changes.Select(change => $"{(change.IsAddition ? '+' : '-')} {MarkRules.Of(change.Rule, family)}")],
            () =>
            {
                var batch = new RoutingBatch();
                foreach (var (rule, isAddition) in changes)
                {
                    (isAddition ? (Action<RoutingRule>)batch.Add : batch.Delete)(MarkRules.Of(rule, family));
                }
                RoutingChanges.Carry(batch, mayExist: true);
            });
}
