using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Where marks lead, by whosever rules.</summary>
internal sealed class Ways
{
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    private readonly Dictionary<LinkIndex, string> _links;
    private readonly Dictionary<IpFamily, Dictionary<uint, RoutingTable>> _tables;
    private readonly ILookup<(IpFamily, RoutingTable), Route> _routes;

    public Ways(IEnumerable<int> marks)
    {
        using var socket = RoutingSocket.Open();
        uint[] distinct = [.. marks.Distinct().Select(mark => (uint)mark)];
        _links = socket.ReadLinks().ToDictionary(link => link.Index, link => link.Name);
        _tables = Families.ToDictionary(family => family, family => TablesOf(socket, family, distinct));
        _routes = Families.SelectMany(family => socket.ReadRoutes(family, _tables[family].Values.ToHashSet()))
            .ToLookup(route => (route.Family, route.Table));
    }

    /// <summary>The target of a mark. One that is reached in another way than ours would be has none of its own:
    /// it stays in its slot, and its rules and routes somebody else's.</summary>
    public DesiredTarget Of(int slot, FirewallMark mark, DesiredTarget? known)
    {
        RoutingTable? table4 = TableOf(IpFamily.Ipv4, mark), table6 = TableOf(IpFamily.Ipv6, mark);
        Route? route4 = RouteOf(IpFamily.Ipv4, table4), route6 = RouteOf(IpFamily.Ipv6, table6);
        bool isOfOneTable = route4 is null || route6 is null || table4 == table6;
        var route = route4 ?? route6;
        if (route is null || !isOfOneTable)
        {
            return known ?? new DesiredTarget { Slot = slot, Mark = mark };
        }
        return new DesiredTarget
        {
            Name = known?.Name,
            Slot = slot,
            Mark = mark,
            Via4 = route4?.Gateway,
            Via6 = route6?.Gateway,
            Device = known?.Device ?? DeviceOf(route4) ?? DeviceOf(route6),
            Table = route.Table.Id,
        };
    }

    private static Dictionary<uint, RoutingTable> TablesOf(RoutingSocket socket, IpFamily family, uint[] marks)
    {
        var rules = socket.ReadRules(family, rule => rule.Fwmark is not null || Ownership.IsOurs(rule));
        var tables = new Dictionary<uint, RoutingTable>();
        var ours = MarkRules.Among(rules, family);
        RoutingRule[] others =
        [
            .. rules.Where(rule =>
                !Ownership.IsOurs(rule) && rule is { LooksAtMarkAlone: true, Action.Table: not null }),
        ];
        foreach (uint mark in marks)
        {
            var found = MarkWalk.Of(ours, mark).Found;
            var other = Array.Find(others, rule => rule.Fwmark!.Value.Matches(mark) != rule.IsInverted
                && (found is null || rule.Priority < found.Priority));
            if (other is not null)
            {
                tables[mark] = other.Action.Table!.Value;
            }
            else if (found is not null)
            {
                tables[mark] = new RoutingTable(found.Argument);
            }
        }
        return tables;
    }

    private RoutingTable? TableOf(IpFamily family, FirewallMark mark) =>
        _tables[family].TryGetValue((uint)mark.Value, out var table) ? table : null;

    private Route? RouteOf(IpFamily family, RoutingTable? table) => table is not { } known
        ? null
        : _routes[(family, known)].Where(route => route.Destination == Route.Default(family))
            .OrderBy(route => route.Metric)
            .FirstOrDefault(route => route is { Gateway: not null, IsMultipath: false } && IsOfFamily(route));

    private static bool IsOfFamily(Route route) => route.FamilyOf(route.Gateway!.Value) == route.Family;

    /// <summary>Where the gateway alone does not say by which link.</summary>
    private string? DeviceOf(Route? route) =>
        route is { Link: { } link } && (route.IsOnLink || IsLinkLocal(route.Gateway!.Value))
            ? _links.GetValueOrDefault(link)
            : null;

    /// <summary>fe80::/10 (RFC 4291 §2.5.6).</summary>
    private static bool IsLinkLocal(Address address) => !address.IsIpv4 && address.High >> 54 == 0xfe80 >> 6;
}
