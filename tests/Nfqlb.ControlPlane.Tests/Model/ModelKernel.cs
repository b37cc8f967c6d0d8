using Nfqlb.ControlPlane.Host;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Features of a link, rules and routes as the kernel keeps them, by plain lists.</summary>
/// <param name="fault">What is refused.</param>
internal sealed class ModelKernel(Fault fault) : IKernel
{
    public const string LinkName = "lb0";

    private const int ENODEV = 19, EOPNOTSUPP = 95, ENETUNREACH = 101;

    public static readonly LinkIndex Link = new(4);

    /// <summary>As a veth has them to begin with, and one that it cannot switch.</summary>
    public Dictionary<string, LinkFeature> Features { get; } =
        new[] { (LinkFeature.Gro, true), (LinkFeature.UdpGroForwarding, true), ("rx-gro-hw", false) }.ToDictionary(
            one => one.Item1, one => new LinkFeature(LinkName, one.Item1, IsActive: false, one.Item2));

    public List<Route> Routes { get; private set; } = [];

    /// <summary>In the kernel's order, a family after the other.</summary>
    public List<RoutingRule> Rules { get; private set; } = [];

    public VipTableContent? Vips { get; private set; }

    public List<Address> Addresses { get; } = [];

    public bool IsLinkUp { get; set; } = true;

    /// <summary>How often somebody has looked.</summary>
    public int Looks { get; private set; }

    public IReadOnlyList<Link> ReadLinks()
    {
        Looks++;
        return [new(Link, LinkName, IsLinkUp, IsLinkUp, 1500)];
    }

    public LinkFeature? ReadFeature(LinkFeatureKey key) => key.Link != LinkName
        ? throw new Linux.Netlink.NetlinkException(ENODEV, $"{key.Name} of {key.Link}")
        : Features.GetValueOrDefault(key.Name);

    public IReadOnlyList<Address> ReadAddresses() => Addresses;

    public IReadOnlyList<Route> ReadRoutes(IReadOnlySet<RoutingTable> tables) =>
        [.. Routes.Where(route => Ownership.IsOurs(route) || tables.Contains(route.Table))];

    public IReadOnlyList<Route> ReadRoutesOf(IReadOnlySet<RoutingTable> tables) =>
        [.. Routes.Where(route => tables.Contains(route.Table))];

    public IReadOnlyList<RoutingRule> ReadRules() => [.. Rules.Where(Ownership.IsOurs)];

    public VipTableContent? ReadVips() => Vips;

    public IReadOnlyList<Outcome> Carry(IReadOnlyList<Change> changes) => [.. changes.Select(Carry)];

    public void SetFeature(LinkFeatureKey key, bool isOn)
    {
        fault.ThrowOnNext();
        bool isDone = ReadFeature(key) is { } feature && (feature.IsChangeable || feature.IsActive == isOn);
        if (!isDone)
        {
            throw new Linux.Netlink.NetlinkException(EOPNOTSUPP, $"{key.Name} of {key.Link}");
        }
        ChangeFeature(key.Name, isOn);
    }

    /// <summary>All or nothing.</summary>
    public void SetVips(VipTableContent? content)
    {
        fault.ThrowOnNext();
        Vips = content;
    }

    public IReadOnlyList<string?> Refusals(IReadOnlyList<Route> routes) =>
        [.. routes.Select(route => IsReachable(route) ? null : "nothing leads there")];

    /// <summary>Somebody switches it by hand.</summary>
    public void ChangeFeature(string name, bool isOn) => Features[name] =
        Features[name] with { IsActive = isOn, IsWanted = isOn };

    /// <summary>Somebody else changes the table.</summary>
    public void ChangeVips(VipTableContent? content) => Vips = content;

    /// <summary>Somebody else's, whatever it collides with.</summary>
    public void AddForeign(Route route) => Routes.Add(route);

    /// <summary>Somebody else's.</summary>
    public void AddForeign(RoutingRule rule) => Insert(rule);

    private Outcome Carry(Change change)
    {
        if (fault.Next() is { } refusal)
        {
            return new Outcome(OutcomeKind.Refused, refusal);
        }
        return change switch
        {
            RouteChange { After: null, Before: { } before } => Delete(before),
            RouteChange { Before: null, After: { } after } => Add(after),
            RouteChange { After: { } after } => Replace(after),
            RuleChange { IsAddition: true } rule => Add(rule.Rule),
            RuleChange rule => Delete(rule.Rule),
            _ => throw new ArgumentException($"{change}"),
        };
    }

    private Outcome Add(Route route)
    {
        if (!IsReachable(route))
        {
            return new Outcome(OutcomeKind.WithoutLink, new Linux.Netlink.NetlinkException(ENETUNREACH, $"{route}"));
        }
        if (Routes.Any(other => RouteKey.Of(other) == RouteKey.Of(route)))
        {
            return new Outcome(OutcomeKind.Refused, new Linux.Netlink.NetlinkException(17, $"{route}"));
        }
        Routes.Add(Listed(route));
        return Outcome.Done;
    }

    private Outcome Replace(Route route)
    {
        if (!IsReachable(route))
        {
            return new Outcome(OutcomeKind.WithoutLink, new Linux.Netlink.NetlinkException(ENETUNREACH, $"{route}"));
        }
        int at = Routes.FindIndex(other => RouteKey.Of(other) == RouteKey.Of(route));
        if (at >= 0)
        {
            Routes.RemoveAt(at);
        }
        Routes.Add(Listed(route));
        return Outcome.Done;
    }

    private Outcome Delete(Route route) => Routes.Remove(Routes.Find(
        other => other == (route.Link is null ? route with { Link = other.Link } : route))!)
        ? Outcome.Done
        : Outcome.AlreadySo;

    private Outcome Add(RoutingRule rule)
    {
        if (Rules.Any(rule.Collides))
        {
            return Outcome.AlreadySo;
        }
        Insert(rule);
        return Outcome.Done;
    }

    private Outcome Delete(RoutingRule rule)
    {
        int at = Rules.FindIndex(rule.Deletes);
        if (at < 0)
        {
            return Outcome.AlreadySo;
        }
        Rules.RemoveAt(at);
        return Outcome.Done;
    }

    /// <summary>Behind those of its priority.</summary>
    private void Insert(RoutingRule rule) => Rules =
        [.. Rules.Append(rule).Index().OrderBy(one => (one.Item.Family, one.Item.Priority)).Select(one => one.Item)];

    /// <summary>With the link that the kernel finds by itself.</summary>
    private static Route Listed(Route route) => route.Gateway is null ? route : route with { Link = Link };

    /// <summary>172.16.1.0/24 and fd00::/64 are on the link.</summary>
    private bool IsReachable(Route route) => route.Gateway is not { } gateway
        || (IsLinkUp && (route.IsOnLink
            || (gateway.IsIpv4 ? (uint)gateway.Low >> 8 == 0xac1001 : gateway.High == 0xfd00_0000_0000_0000)));
}
