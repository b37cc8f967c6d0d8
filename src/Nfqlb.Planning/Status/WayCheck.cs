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
/// <param name="host">As it was at one look.</param>
/// <param name="balancer">The one that answers.</param>
/// <param name="targets">Those that are asked for, as they are.</param>
/// <param name="ask">What the kernel says to a question that follows from what was found.</param>
public sealed class WayCheck(
    HostSnapshot host, BalancerState balancer, IReadOnlyList<TargetReport> targets, Func<RouteQuery, RouteAnswer> ask)
{
    private const string Area = "ways";

    /// <summary>Of many addresses as many are walked; those of one set-up are mostly alike.</summary>
    private const int MostAddresses = 200;

    /// <summary>Documentation addresses (RFC 5737, RFC 3849): somebody far away.</summary>
    private static readonly Address Client4 = Address.FromIpv4(0xc6336407);
    private static readonly Address Client6 = new(0x20010db8_00000000, 7);

    private readonly Way _way = new(host, ask);
    private readonly DesiredState _desired = host.Desired.Or(DesiredState.Empty);
    private readonly HashSet<string> _told = [];
    private readonly SortedSet<string> _unread = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _doubtful = new(StringComparer.Ordinal);

    /// <summary>What is wrong, each once; one line where all is well. Filters that may drop packets in ways which are
    /// not known here are named: nobody shall take them for checked.</summary>
    public IReadOnlyList<Finding> Findings()
    {
        var wrong = new List<Finding>();
        int walked = 0;
        var samples = balancer.Flows.SelectMany(flow => Samples(flow).Select(packet => (flow, packet)))
            .DistinctBy(pair => (pair.flow.Target, pair.packet)).Take(MostAddresses).ToList();
        var marksWalked = new HashSet<(PoolName, FirewallMark, bool)>();
        foreach (var (flow, packet) in samples)
        {
            wrong.AddRange(ToBalancer(flow, packet));
            wrong.AddRange(Local(packet.Destination));
            foreach (var marked in MarksOf(flow.Target))
            {
                if (marksWalked.Add((flow.Target, marked.Mark, packet.Destination.IsIpv4)))
                {
                    walked++;
                    wrong.AddRange(ToTarget(flow, packet, marked));
                }
            }
        }
        wrong.AddRange(WithoutFlow());
        if (wrong.Count == 0 && walked > 0)
        {
            string far = _unread.Count + _doubtful.Count > 0 ? ", as far as was checked" : "";
            wrong.Add(Finding.Ok(Area, $"{samples.Count} ways into a queue and {walked} to targets lead there{far}"));
        }
        if (_unread.Count > 0)
        {
            wrong.Add(Finding.Hint(
                Area, $"not checked: {string.Join(", ", _unread)}: has rules that may drop packets, by conditions that "
                    + "are not known here"));
        }
        if (_doubtful.Count > 0)
        {
            wrong.Add(Finding.Hint(
                Area, $"not checked: {string.Join("; ", _doubtful)}: may lead some packets elsewhere, by conditions that "
                    + "are not known here"));
        }
        return wrong;
    }

    /// <summary>Addresses whose packets are queued for nothing.</summary>
    private IEnumerable<Finding> WithoutFlow()
    {
        if (balancer.Flows.Count == 0 || balancer.Flows.Any(flow => flow.Destinations.IsEmpty))
        {
            yield break;
        }
        var blocks = balancer.Flows.SelectMany(flow => flow.Destinations).ToHashSet();
        foreach (var vip in host.Vips.Or(QueuedVips.None).Vips)
        {
            // Mostly it is one of them as it stands, of however many.
            bool hasFlow = blocks.Contains(vip)
                || blocks.Any(block => block.Contains(vip.Base) || vip.Contains(block.Base));
            if (!hasFlow)
            {
                string prefix = vip.ToPlainString();
                yield return Finding.Warn(
                    Area, $"{prefix} is queued, and no flow accepts its packets: they are dropped, unless flowlb was "
                        + "given --nolb_fwmark",
                    $"nfqlb flow-set --name=vip-{vip.Base.ToPlainString()} --target={balancer.Flows[0].Target} "
                        + $"--dsts={prefix}");
            }
        }
    }

    /// <summary>A packet for each address that a flow names; where it names none, for each that we queue.</summary>
    private IEnumerable<FilteredPacket> Samples(Flow flow)
    {
        var blocks = flow.Destinations.IsEmpty ? host.Vips.Or(QueuedVips.None).Vips : flow.Destinations;
        foreach (var block in blocks)
        {
            var from = flow.Sources.FirstOrDefault(source => source.Base.IsIpv4 == block.Base.IsIpv4);
            yield return new FilteredPacket(block.Base)
            {
                Source = from == default ? block.Base.IsIpv4 ? Client4 : Client6 : from.Base,
                Protocol = ProtocolOf(flow.Protocols),
                DestinationPort = flow.DestinationPorts.IsAny ? null : flow.DestinationPorts[0].First,
            };
        }
    }

    private static IpProtocol? ProtocolOf(Protocols protocols) =>
        protocols.HasFlag(Protocols.Tcp) ? IpProtocol.Tcp
        : protocols.HasFlag(Protocols.Udp) ? IpProtocol.Udp
        : protocols.HasFlag(Protocols.Sctp) ? IpProtocol.Sctp
        : null;

    private IEnumerable<MarkedTarget> MarksOf(PoolName name)
    {
        var marks = host.PoolOf(name).Targets.ToList();
        return marks.Select(slot => new MarkedTarget(
            name, slot.Mark,
            _desired.Targets.Where(pair => pair.Pool.Name == name).Select(pair => pair.Target)
                .FirstOrDefault(target => target.Mark == slot.Mark && target.Slot == slot.Slot),
            marks.Count > 1, balancer.MarkMask));
    }

    private IEnumerable<Finding> ToBalancer(Flow flow, FilteredPacket packet)
    {
        string? incoming = _way.LinkBack(packet.Source!.Value)?.Name;
        var stations = _way.ToBalancer(packet with { IncomingLink = incoming }).ToList();
        stations.ForEach(station => Note((station as VipStation)?.Walk));
        var last = stations[^1];
        bool isToldElsewhere = last is UnknownStation
            || last is QueueStation && host.Vips.Or(QueuedVips.None).Queue is not null
            || last is VipStation { Walk.DroppedBy: null } && _desired.Vips.Any(
                vip => vip.Prefix.Contains(packet.Destination));
        return isToldElsewhere ? [] : Tell(last, $"flow {flow.Name}, to {packet.Destination.ToPlainString()}");
    }

    private IEnumerable<Finding> ToTarget(Flow flow, FilteredPacket packet, MarkedTarget marked)
    {
        bool isIpv4 = packet.Destination.IsIpv4;
        var report = targets.FirstOrDefault(
            report => report.Pool.Name == marked.Pool && report.Target == marked.Target);
        string family = isIpv4 ? "IPv4" : "IPv6";
        string who = $"{family}, {marked.Pool}/{(marked.Target is { } target ? $"{target} " : "")}mark {marked.Mark}";
        if (marked.Target is { HasWay: true } wanted && (isIpv4 ? wanted.Via4 : wanted.Via6) is null)
        {
            return Once(Finding.Bad(
                Area, $"{who}: it has no address of {family}, and flow {flow.Name} accepts {family}: give it one with "
                    + "target-set --via"));
        }
        if (report is { IsFine: false } || host.Sysctls.Or(SysctlValues.None).Read(
            isIpv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding") == "0")
        {
            return [];
        }
        var from = _way.LinkBack(packet.Source!.Value);
        uint mark = balancer.MarkMask.Merge(0, marked.Mark);
        var walked = packet with { IncomingLink = from?.Name, Mark = mark };
        var stations = _way.ToTarget(walked, from, marked).ToList();
        stations.ForEach(station => Note((station as FilterStation)?.Walk));
        _doubtful.UnionWith(stations.OfType<RuleStation>().SelectMany(rule => rule.NotChecked).Select(rule => $"{rule}"));
        var end = stations.FirstOrDefault(station => station.End is not null);
        return end is null or UnknownStation or RuleStation { IsLocal: true } ? [] : Tell(end, who);
    }

    private void Note(FilterWalk? walk) =>
        _unread.UnionWith(walk?.NotInterpreted.Select(chain => $"{chain}") ?? []);

    private IEnumerable<Finding> Local(Address destination)
    {
        var network = host.Network.Or(new NetworkState());
        var own = network.Addresses.FirstOrDefault(own => own.Address == destination);
        if (own is null || network.Find(own.Link) is not { } link)
        {
            return [];
        }
        string what = $"{destination.ToPlainString()} is an address of this host ({link.Name}): its packets stay here";
        return Once(Finding.Bad(Area, what, Remedy.Delete(own, link.Name)));
    }

    private IEnumerable<Finding> Tell(Station station, string who) => station.End is not { } end
        ? []
        : Once(Finding.Bad(Area, $"{who}: {station.Name}: {end}", station.Remedy));

    private IEnumerable<Finding> Once(Finding finding) => _told.Add(finding.What) ? [finding] : [];
}
