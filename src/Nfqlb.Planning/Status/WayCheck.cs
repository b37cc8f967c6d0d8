using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Do packets of each flow get into a queue, and those of each mark to a target? Walks as `why` does.
/// </summary>
public sealed class WayCheck
{
    private const string Area = "ways";

    /// <summary>How many rules of filters are asked in all, and how many ways are walked, of many kinds of packets.
    /// What is left out is told.</summary>
    private const int MostRulesAsked = 4_000_000, MostWays = 4_000, MostToldOfAKind = 200, MostNamed = 5;

    private readonly HostSnapshot _host;
    private readonly BalancerState _balancer;
    private readonly Way _way;
    private readonly DesiredState _desired;
    private readonly WaySamples _samples;
    private readonly ILookup<PoolName, PooledTarget> _desiredTargets;
    private readonly Dictionary<(PoolName, DesiredTarget), TargetReport> _reports = [];
    private readonly Dictionary<PoolName, List<MarkedTarget>> _marks = [];
    private readonly Dictionary<Address, Link?> _linksBack = [];
    private readonly Dictionary<Address, InterfaceAddress> _own = [];
    private readonly HashSet<string> _told = [];
    private readonly SortedSet<string> _unread = new(StringComparer.Ordinal), _doubtful = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _withoutLink = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _permanent = new(StringComparer.Ordinal);
    private readonly HashSet<Link> _targetLinks4 = [], _targetLinks6 = [];

    /// <param name="host">As it was at one look.</param>
    /// <param name="balancer">The one that answers.</param>
    /// <param name="targets">Those that are asked for, as they are.</param>
    /// <param name="ask">What the kernel says to a question that follows from what was found.</param>
    public WayCheck(
        HostSnapshot host, BalancerState balancer, IReadOnlyList<TargetReport> targets,
        Func<RouteQuery, RouteAnswer> ask)
    {
        _host = host;
        _balancer = balancer;
        _way = new Way(host, ask);
        _desired = host.Desired.Or(DesiredState.Empty);
        _samples = new WaySamples(host, balancer.Flows);
        _desiredTargets = _desired.Targets.ToLookup(pair => pair.Pool.Name);
        foreach (var own in host.Network.Or(new NetworkState()).Addresses)
        {
            _own.TryAdd(own.Address, own);
        }
        foreach (var report in targets)
        {
            _reports.TryAdd((report.Pool.Name, report.Target), report);
        }
    }

    /// <summary>What is wrong, each once; one line where all is well. What may drop packets in ways that are not known
    /// here is named: nobody shall take it for checked.</summary>
    public IReadOnlyList<Finding> Findings()
    {
        var wrong = new List<Finding>();
        var queued = new Dictionary<WayKind, VipStation?>();
        var unqueued = new HashSet<WayKind>();
        var marksLed = new Dictionary<(PoolName, bool), List<LedMark>>();
        var walkedKinds = new HashSet<(PoolName, WayKind)>();
        int mostKinds = Math.Clamp(
            MostRulesAsked / Math.Max(1, _host.Filters.Or([]).Sum(chain => chain.Rules.Count)), 200, MostWays);
        int toBalancer = 0, toTargets = 0, left = 0;
        foreach (var sample in _samples.OfFlows().Concat(_samples.OfRules()))
        {
            var kind = _samples.KindOf(sample.Packet);
            wrong.AddRange(sample.Meets is null ? Local(sample.Packet.Destination) : []);
            // Where one address does not get into a queue, the others are named too.
            bool isNamed = sample.Meets is null && unqueued.Contains(kind) && wrong.Count < MostToldOfAKind;
            if (!queued.TryGetValue(kind, out var vip) || isNamed)
            {
                if (toBalancer >= mostKinds)
                {
                    left++;
                    continue;
                }
                toBalancer++;
                queued[kind] = vip = ToBalancer(sample, wrong, out bool isQueued);
                _ = isQueued ? unqueued.Remove(kind) : unqueued.Add(kind);
            }
            if (!walkedKinds.Add((sample.Flow.Target, kind)))
            {
                continue;
            }
            var pool = (sample.Flow.Target, kind.IsIpv4);
            if (!marksLed.TryGetValue(pool, out var led))
            {
                marksLed.Add(pool, led = []);
                foreach (var marked in MarksOf(sample.Flow.Target))
                {
                    toTargets++;
                    led.AddRange(ToTarget(sample, vip, marked, isFirst: true, wrong));
                }
            }
            else if (toTargets >= MostWays)
            {
                left++;
            }
            else
            {
                foreach (var one in ForEachLink(led, sample))
                {
                    toTargets++;
                    ToTarget(sample, vip, one.Marked, isFirst: false, wrong);
                }
            }
        }
        wrong.AddRange(WithoutFlow());
        if (!wrong.Any(finding => finding.Severity != Severity.Hint) && toTargets > 0)
        {
            bool isAll = left == 0 && !_samples.IsCut
                && _unread.Count + _doubtful.Count + _withoutLink.Count + _permanent.Count == 0;
            wrong.Insert(0, Finding.Ok(
                Area, $"{toBalancer} ways into a queue and {toTargets} to targets lead there"
                    + (isAll ? "" : ", as far as was checked")));
        }
        wrong.AddRange(NotChecked(left, toBalancer + toTargets));
        wrong.AddRange(LinkCheck.Unusual(
            _targetLinks4.Concat(_targetLinks6).Concat(_linksBack.Values.OfType<Link>()).Distinct(),
            _host.Network.Or(new NetworkState()).Links, _host.Disciplines.Or([])));
        wrong.AddRange(LinkCheck.Silent(_linksBack.Values.OfType<Link>().Distinct()));
        wrong.AddRange(OwnAddressCheck.Findings(_balancer.Flows, _host.Network.Or(new NetworkState())));
        wrong.AddRange(new AnswerCheck(_desired, _samples, _way).Findings(_targetLinks4, _targetLinks6, mostKinds));
        return wrong;
    }

    private IEnumerable<Finding> NotChecked(int left, int walked)
    {
        if (_withoutLink.Count > 0)
        {
            string[] down = [.. _host.Network.Or(new NetworkState()).Links
                .Where(link => link.Name != "lo" && !link.HasCarrier).Select(link => link.Name).Take(MostNamed)];
            yield return Finding.Open(
                Area, "not checked: by which link packets come from "
                    + $"{string.Join(", ", _withoutLink.Take(MostNamed))}: no route leads back there"
                    + (down.Length > 0 ? $"; down: {string.Join(", ", down)}" : ""));
        }
        if (_permanent.Count > 0)
        {
            string more = _permanent.Count > MostNamed ? $" and {_permanent.Count - MostNamed} more" : "";
            yield return Finding.Open(
                Area, $"not checked: whether {string.Join(", ", _permanent.Take(MostNamed))}{more} is there: its "
                    + "neighbour entry is permanent, and the kernel asks nobody");
        }
        if (left > 0 || _samples.IsCut)
        {
            yield return Finding.Open(
                Area, $"not checked: {left} kinds of packets that rules and filters tell apart, beyond the {walked} "
                    + "ways that were walked");
        }
        if (_unread.Count > 0)
        {
            yield return Finding.Open(
                Area, $"not checked: {string.Join(", ", _unread)}: has rules that may drop or change packets, by "
                    + "conditions that are not known here");
        }
        if (_doubtful.Count > 0)
        {
            yield return Finding.Open(
                Area, $"not checked: {string.Join("; ", _doubtful)}: may lead some packets elsewhere, by conditions "
                    + "that are not known here");
        }
    }

    /// <summary>Addresses whose packets are queued for nothing.</summary>
    private IEnumerable<Finding> WithoutFlow()
    {
        if (_balancer.Flows.Count == 0)
        {
            yield break;
        }
        var blocks = new BlockIndex<Flow>();
        bool hasOpen4 = false, hasOpen6 = false;
        foreach (var flow in _balancer.Flows)
        {
            bool takes4 = Takes(flow, isIpv4: true), takes6 = Takes(flow, isIpv4: false);
            hasOpen4 |= flow.Destinations.IsEmpty && takes4;
            hasOpen6 |= flow.Destinations.IsEmpty && takes6;
            foreach (var block in flow.Destinations)
            {
                if (block.Base.IsIpv4 ? takes4 : takes6)
                {
                    blocks.Add(block, flow);
                }
            }
        }
        blocks.Sort();
        foreach (var flow in _balancer.Flows)
        {
            foreach (var block in flow.Destinations)
            {
                bool isIpv4 = block.Base.IsIpv4;
                if (!Takes(flow, isIpv4) && !(isIpv4 ? hasOpen4 : hasOpen6) && !blocks.Touching(block).Any())
                {
                    yield return Finding.Warn(
                        Area, $"flow {flow.Name} accepts nothing to {block.ToPlainString()}: it names no source of "
                            + (isIpv4 ? "IPv4" : "IPv6"));
                }
            }
        }
        foreach (var vip in _host.Vips.Or(QueuedVips.None).Vips)
        {
            if (!(vip.Base.IsIpv4 ? hasOpen4 : hasOpen6) && !blocks.Touching(vip).Any())
            {
                string prefix = vip.ToPlainString();
                yield return Finding.Warn(
                    Area, $"{prefix} is queued, and no flow accepts its packets: they are dropped, unless flowlb was "
                        + "given --nolb_fwmark",
                    $"nfqlb flow-set --name=vip-{vip.Base.ToPlainString()} --target={_balancer.Flows[0].Target} "
                        + $"--dsts={prefix}");
            }
        }
    }

    /// <summary>Some source of a family is accepted.</summary>
    private static bool Takes(Flow flow, bool isIpv4)
    {
        bool takes = flow.Sources.IsEmpty;
        foreach (var source in flow.Sources)
        {
            takes |= source.Base.IsIpv4 == isIpv4;
        }
        return takes;
    }

    private List<MarkedTarget> MarksOf(PoolName name)
    {
        if (!_marks.TryGetValue(name, out var marks))
        {
            _marks.Add(name, marks = []);
            var bySlot = new Dictionary<int, DesiredTarget>();
            foreach (var pair in _desiredTargets[name])
            {
                bySlot.TryAdd(pair.Target.Slot, pair.Target);
            }
            var pool = _host.PoolOf(name);
            int count = pool.Targets.Count();
            foreach (var (slot, mark) in pool.Targets)
            {
                var target = bySlot.GetValueOrDefault(slot);
                marks.Add(new MarkedTarget(
                    name, mark, target?.Mark == mark ? target : null, count > 1, _balancer.MarkMask));
            }
        }
        return marks;
    }

    /// <returns>Where it is queued; null where that is not known.</returns>
    private VipStation? ToBalancer(WaySample sample, List<Finding> wrong, out bool isQueued)
    {
        var packet = sample.Packet;
        var incoming = LinkBack(packet.Source!.Value);
        if (incoming is null)
        {
            _withoutLink.Add(packet.Source.Value.ToPlainString());
        }
        var stations = _way.ToBalancer(packet with { IncomingLink = incoming?.Name }).ToList();
        stations.ForEach(Note);
        var last = stations[^1];
        bool isToldElsewhere = last is UnknownStation
            || last is QueueStation && _host.Vips.Or(QueuedVips.None).Queue is not null
            || last is VipStation { Walk: { DroppedBy: null, TranslatedBy: null }, LostIn: null } && _desired.Vips.Any(
                vip => vip.Prefix.Contains(packet.Destination));
        if (!isToldElsewhere)
        {
            string which = sample.Meets is null ? $"to {packet.Destination.ToPlainString()}" : sample.Words;
            wrong.AddRange(Tell(last, sample, $"flow {sample.Flow.Name}, {which}"));
        }
        isQueued = last.End is null;
        return stations.OfType<VipStation>().FirstOrDefault();
    }

    /// <returns>The mark and where it leads, if it gets there.</returns>
    private LedMark[] ToTarget(
        WaySample sample, VipStation? vip, MarkedTarget marked, bool isFirst, List<Finding> wrong)
    {
        var packet = sample.Packet;
        bool isIpv4 = packet.Destination.IsIpv4;
        string family = isIpv4 ? "IPv4" : "IPv6";
        string who = $"{family}, {marked.Pool}/{(marked.Target is { } target ? $"{target} " : "")}mark {marked.Mark}";
        if (marked.Target is { HasWay: true } wanted && (isIpv4 ? wanted.Via4 : wanted.Via6) is null)
        {
            wrong.AddRange(Once(Finding.Bad(
                Area, $"{who}: it has no address of {family}, and flow {sample.Flow.Name} accepts {family}: give it "
                    + "one with target-set --via")));
            return [];
        }
        bool isWrong = marked.Target is { } known
            && _reports.TryGetValue((marked.Pool, known), out var report) && !report.IsFine;
        if (isWrong || _host.Sysctls.Or(SysctlValues.None).Read(
            isIpv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding") == "0")
        {
            return [];
        }
        var from = LinkBack(packet.Source!.Value);
        uint mark = _balancer.MarkMask.Merge(0, marked.Mark);
        var stations = _way.ToTarget(
            packet with { IncomingLink = from?.Name, Mark = mark }, from, vip, marked).ToList();
        stations.ForEach(Note);
        var end = stations.FirstOrDefault(station => station.End is not null);
        if (end is not RuleStation { IsLocal: true }
            && stations.OfType<NeighbourStation>().FirstOrDefault()?.Link is { } to)
        {
            (isIpv4 ? _targetLinks4 : _targetLinks6).Add(to);
        }
        if (end is null or UnknownStation or RuleStation { IsLocal: true })
        {
            var table = stations.OfType<RuleStation>().FirstOrDefault()?.Walk.Found?.Action.Table;
            string? link = stations.OfType<RouteStation>().FirstOrDefault()?.Link;
            return end is null ? [new LedMark(marked, mark, table, link)] : [];
        }
        wrong.AddRange(Tell(
            end, sample, isFirst ? who : $"{who}, flow {sample.Flow.Name}: {sample.Words}"));
        return [];
    }

    /// <summary>Marks that lead somewhere, one for each link: filters tell them apart by no more, and a rule or route
    /// by what it says.</summary>
    private static IEnumerable<LedMark> ForEachLink(IEnumerable<LedMark> led, WaySample sample) => led
        .Where(one => sample.Meets?.Mark?.Matches(one.Mark) != false
            && (sample.Meets?.Table is not { } table || table == one.Table))
        .DistinctBy(one => one.Link);

    private Link? LinkBack(Address source)
    {
        if (!_linksBack.TryGetValue(source, out var link))
        {
            _linksBack.Add(source, link = _way.LinkBack(source));
        }
        return link;
    }

    private void Note(Station station)
    {
        switch (station)
        {
            case VipStation vip: Note(vip.Walk); break;
            case FilterStation filter: Note(filter.Walk); break;
            case TransformStation { IsUnsure: true, Policy: var policy }:
                _unread.Add($"ip xfrm policy [{policy.Words}]");
                break;
            case NeighbourStation { Neighbour.State: NeighbourState.Permanent } hop:
                _permanent.Add($"{hop.Address.ToPlainString()} on {hop.Link?.Name}");
                break;
            case RuleStation rule: _doubtful.UnionWith(rule.NotChecked.Select(one => $"{one}")); break;
        }
    }

    private void Note(FilterWalk walk) => _unread.UnionWith(walk.NotInterpreted.Select(chain => $"{chain}"));

    private IEnumerable<Finding> Local(Address destination)
    {
        if (!_own.TryGetValue(destination, out var own)
            || _host.Network.Or(new NetworkState()).Find(own.Link) is not { } link)
        {
            return [];
        }
        string what = $"{destination.ToPlainString()} is an address of this host ({link.Name}): its packets stay here";
        return Once(Finding.Bad(Area, what, Remedy.Delete(own, link.Name)));
    }

    /// <summary>What becomes of some packets alone, by a filter, is the filter's purpose as likely as not.</summary>
    private IEnumerable<Finding> Tell(Station station, WaySample sample, string who)
    {
        if (station.End is not { } end)
        {
            return [];
        }
        string what = $"{who}: {station.Name}: {end}";
        return Once(
            !sample.IsPart ? Finding.Bad(Area, what, station.Remedy)
            : station is RuleStation or RouteStation ? Finding.Warn(Area, what, station.Remedy)
            : Finding.Open(Area, what));
    }

    private IEnumerable<Finding> Once(Finding finding) => _told.Add(finding.What) ? [finding] : [];

    /// <summary>A mark that leads to a target.</summary>
    /// <param name="Marked">Whose.</param>
    /// <param name="Mark">As it is in packets.</param>
    /// <param name="Table">The table that led it there; null where that is not known.</param>
    /// <param name="Link">The link it leaves by.</param>
    private sealed record LedMark(MarkedTarget Marked, uint Mark, RoutingTable? Table, string? Link);
}
