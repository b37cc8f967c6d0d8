using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Judges everything that has to be right for packets to reach their targets.</summary>
/// <remarks>A part that could not be read is a finding; the others are judged all the same.</remarks>
public sealed class HealthCheck
{
    private const int MostVipsAsked = 20;

    private readonly HostSnapshot _host;
    private readonly Func<RouteQuery, RouteAnswer> _ask;
    private readonly DesiredState _desired;
    private readonly BalancerState? _balancer;
    private readonly QueuedVips _queued;
    private readonly NetworkState _network;
    private readonly IReadOnlyList<TargetReport> _targets;

    private HealthCheck(HostSnapshot host, Func<RouteQuery, RouteAnswer> ask)
    {
        _ask = ask;
        _host = host;
        _desired = host.Desired.Or(DesiredState.Empty);
        _balancer = host.Balancer.Or(null);
        _queued = host.Vips.Or(QueuedVips.None);
        _network = host.Network.Or(new NetworkState());
        _targets = TargetReports.Of(_desired, _network, host.PoolOf, _balancer);
    }

    /// <summary>All that was found, by area.</summary>
    /// <param name="host">As it was at one look.</param>
    /// <param name="ask">What the kernel says to a question that follows from what was found.</param>
    public static IReadOnlyList<Finding> Of(HostSnapshot host, Func<RouteQuery, RouteAnswer> ask)
    {
        var check = new HealthCheck(host, ask);
        bool isDesiredKnown = host.Desired.IsRead;
        return
        [
            .. NotChecked("state", host.Desired),
            .. NotChecked("process", host.Balancer), .. host.Balancer.IsRead ? check.Balancer() : [],
            .. check.Served(),
            .. NotChecked("config", host.Source),
            .. ConfigurationCheck.Findings(check._balancer?.Configuration, host.Source.Or(null), check._desired),
            .. NotChecked("queues", host.Queues), .. NotChecked("vips", host.Vips),
            .. host.Queues.IsRead ? check.Queues() : [],
            .. isDesiredKnown && host.Vips.IsRead ? check.Vips() : [],
            .. check._balancer is { } running ? FastPathCheck.Findings(host, running, check.Run) : [],
            .. isDesiredKnown ? AnnouncementCheck.Findings(check._desired, check._balancer) : [],
            .. NotChecked("pools", host.Pools), .. host.Pools.IsRead ? check.Pools() : [],
            .. isDesiredKnown && host.Pools.IsRead ? check.Marks() : [],
            .. NotChecked("links", host.Network), .. NotChecked("links", host.Disciplines),
            .. isDesiredKnown && host.Network.IsRead ? check.Ways() : [],
            .. NotChecked("filters", host.Filters), .. NotChecked("xfrm", host.Policies), .. check.Filters(),
            .. check._balancer is { } balancer && host.Network.IsRead
                ? new WayCheck(host, balancer, check._targets, ask).Findings()
                : check.WithoutFlows(),
            .. NotChecked("state", host.Observed),
            .. isDesiredKnown && host.Observed.IsRead ? check.Differences() : [],
            .. NotChecked("sysctls", host.Sysctls), .. host.Sysctls.IsRead ? check.Sysctls() : [],
        ];
    }

    /// <summary>Nothing where the part was read.</summary>
    private static IEnumerable<Finding> NotChecked<T>(string area, Reading<T> part)
    {
        if (part.Reason is null)
        {
            return [];
        }
        return part.IsDenied
            ? [Finding.Warn(area, $"not checked: {part.Reason}: ask as root")]
            : part.Reason.Split('\n').Select(line => Finding.Bad(area, $"not checked: {line}"));
    }

    /// <summary>What of them concerns virtual addresses and is not known is told, so that nobody takes it for well.
    /// </summary>
    private IEnumerable<Finding> Filters()
    {
        bool hasBridge = _network.Links.Any(link => link.Kind == "bridge");
        string[] frames =
        [
            .. _host.Filters.Or([])
                .Where(chain => chain is { IsForFrames: true, MayDrop: true } && (hasBridge || chain.Family == "arp"))
                .Select(chain => $"{chain}"),
        ];
        if (frames.Length > 0)
        {
            yield return Finding.Open(
                "filters", $"not checked: {string.Join(", ", frames)}: may drop frames, or questions for addresses");
        }
    }

    /// <summary>Where a balancer tells of no flows, what becomes of packets is not known.</summary>
    private IEnumerable<Finding> WithoutFlows() => _host.Balancer.IsRead && SilentBalancer is { } silent
        ? [Finding.Open("ways", $"not checked: {silent} tells of no flows, so where packets go is not known")]
        : [];

    private IEnumerable<Finding> Balancer() => ProcessCheck.Findings(
        _balancer, _host.BalancerAddress, Run, !_desired.Flows.IsEmpty,
        _balancer is null ? SilentBalancer : null, _host.Unit, LostFlows.Of(_host));

    /// <summary>Its other options nobody has noted, nor have older ones noted their files.</summary>
    private IEnumerable<Finding> Served()
    {
        if (_host is not { Balancer: { IsRead: true, Value: null }, Unit: null }
            || _host.Source.Or(null) is not { } last)
        {
            return [];
        }
        string files = last.Files.IsEmpty ? "files" : PlainText.Visible(string.Join(", ", last.Files));
        return [Finding.Warn(
            "process", $"nfqlb serve has followed {files} here: start it again with the options that it had")];
    }

    private string Run => _host.Run(DesiredQueues);

    /// <summary>Those that the balancer should read.</summary>
    private string DesiredQueues =>
        $"{new QueueRange(new QueueNumber(_desired.Queues.First), new QueueNumber(_desired.Queues.Last))}";

    /// <summary>One that reads queues, in words; null where there is none, or where that is not to be seen.</summary>
    private string? SilentBalancer => QueueReader.OfBalancer(_host.Queues.Or([]))?.Owner;

    private string? FirstVip => _queued.Vips.IsEmpty ? null : _queued.Vips[0].ToPlainString();

    private IEnumerable<Finding> Queues() =>
        QueueCheck.Findings(
            _host.Queues.Value, _queued.Queue, _balancer?.ProcessId, FirstVip,
            _balancer is not null ? null
                : _host.Unit is { } unit ? Remedy.Restart(unit)
                : _host.Source.Or(null) is { Files.IsEmpty: false } ? Run
                : null);

    private IEnumerable<Finding> Vips() => VipCheck.Findings(
        _desired, _queued, _host.Flows, _balancer?.Packets,
        _host.Filters.Or([]).Any(chain => chain.Rules.Any(rule => rule.Queue is not null)));

    private IEnumerable<Finding> Pools() =>
    [
        .. PoolCheck.Findings(_host.Pools.Value, _host.PoolsInUse, _desired, SpareMarks(), _balancer),
        .. PoolCheck.Attached(_host, Run),
        .. _balancer is null ? [] : PoolCheck.Drains(_balancer.Drain),
    ];

    /// <summary>Those that somebody's rules lead to a table with a way, and that stand in no pool.</summary>
    private IReadOnlyList<uint> SpareMarks()
    {
        var marks = new SortedSet<uint>();
        foreach (var rule in _network.Ipv4Rules.Concat(_network.Ipv6Rules))
        {
            if (rule is { LooksAtMarkAlone: true, IsInverted: false, Fwmark: { Mask: uint.MaxValue, Value: var mark },
                    Action.Table: { } table }
                && _network.Routes.Any(route => route.Table == table && route.Type == RouteType.Unicast))
            {
                marks.Add(mark);
            }
        }
        foreach (var pool in _host.Pools.Or([]))
        {
            foreach (var (_, mark) in pool.Targets)
            {
                marks.Remove((uint)mark.Value);
            }
        }
        return [.. marks];
    }

    private IEnumerable<Finding> Marks() => _balancer is null
        ? []
        : MarkCheck.Findings(
            _balancer.MarkMask, _desired, Run, _host.PoolsInUse.Select(_host.PoolOf));

    /// <summary>Links before the targets, which cannot be set up again while a link is down.</summary>
    private IEnumerable<Finding> Ways()
    {
        var used = LinkCheck.UsedBy(_targets, _network.Links, _network.Addresses);
        return
        [
            .. LinkCheck.Findings(used, _network.Links),
            .. LinkCheck.Gone(_desired.Features, _network.Links),
            .. UdpGroCheck.IsFor(_host.Flows)
                ? UdpGroCheck.Findings(
                    UdpGroCheck.Receiving(_network.Links, used), _network.Features, _desired.Features)
                : [],
            .. TargetCheck.Findings(_targets),
            .. VerdictCheck.Findings(_desired, _targets, isServed: _balancer?.Configuration is not null),
            .. _host.Filters.IsRead ? new CheckWayCheck(_host, _targets).Findings(_desired) : [],
            .. EgressCheck.Findings(
                _desired.Vips,
                (family, table) => !_network.Routes.Any(route => route.Family == family && route.Table == table)),
        ];
    }

    /// <summary>Flows that nobody asked for by a file were set by others, and are no difference.</summary>
    private IEnumerable<Finding> Differences()
    {
        var managed = new Managed([_desired]);
        var plan = Plan.AsFarAsPossible(
            _desired, _host.Observed.Value, managed, ScopeOf(_desired, _balancer));
        return
        [
            .. DifferenceCheck.Findings(plan.Changes, plan.Refusals, _host.IsUnfinished),
            .. ForeignCheck.Findings(managed, _balancer?.Flows ?? [], _host.PoolOf),
        ];
    }

    /// <summary>What of the host is compared with what is asked for.</summary>
    public static Scope ScopeOf(DesiredState desired, BalancerState? balancer) =>
        balancer is not null && !desired.Flows.IsEmpty ? Scope.Everything : Scope.WithoutBalancer;

    private IEnumerable<Finding> Sysctls()
    {
        var check = new SysctlCheck(_host.Sysctls.Value);
        var families = UsedFamilies.Of(_targets, _queued.Vips, _host.Flows);
        return
        [
            .. check.Forwarding(families),
            .. families.HasIpv4 ? check.ReversePath(LinksInUse(_network), AreVipsRouted()) : [],
            .. families.HasIpv4 ? check.AddressResolution(LinksInUse(_network)) : [],
            .. check.Reflection(families),
            .. check.ConnectionTracking(
                FirstVip, _queued.WithoutConntrack),
            .. check.Wanted(_desired.Sysctls),
        ];
    }

    /// <summary>Some of those that flows name, or that are queued; they mostly have one way.</summary>
    private bool AreVipsRouted() => _host.Flows.SelectMany(flow => flow.Destinations).Concat(_queued.Vips)
        .Where(vip => vip.Base.IsIpv4).Take(MostVipsAsked)
        .All(vip => _ask(new RouteQuery(IpFamily.Ipv4, vip.Base)).Route is not null);

    /// <summary>Clients may come by any link that is up, and targets answer by theirs.</summary>
    public static IReadOnlyList<string> LinksInUse(NetworkState network) =>
    [
        .. network.Links.Where(link => link.IsUp && link.Name is not ("lo" or AnnouncedRoutes.LinkName))
            .Select(link => link.Name),
    ];
}
