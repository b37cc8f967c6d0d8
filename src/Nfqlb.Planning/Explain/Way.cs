using Nfqlb.Filters;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>The way of a packet before and behind the balancer, by what the kernel holds.</summary>
/// <param name="host">As it was at one look.</param>
/// <param name="ask">What the kernel says to a question that follows from what was found.</param>
public sealed class Way(HostSnapshot host, Func<RouteQuery, RouteAnswer> ask)
{
    private readonly NetworkState _network = host.Network.Or(new NetworkState());
    private readonly FilterSet _filters = new(host.Filters.Or([]));

    /// <summary>Of the first packet to a virtual address.</summary>
    private readonly ConnectionStates _connection = host.Vips.Or(QueuedVips.None).WithoutConntrack
        ? ConnectionStates.Untracked
        : ConnectionStates.New;

    /// <summary>The link by which the way back to a client goes, and its packets mostly come; null where there is no
    /// such way.</summary>
    public Link? LinkBack(Address source)
    {
        var family = source.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        var back = ask(new RouteQuery(family, source)).Route;
        return back is { Type: RouteType.Unicast } ? _network.Find(back.Link) : null;
    }

    /// <summary>What keeps the answer to a packet from the client, where it passes through here; null for nothing that
    /// is known.</summary>
    /// <param name="answer">It.</param>
    /// <param name="from">The link of the target.</param>
    public AnswerStation? ObstacleOf(FilteredPacket answer, Link from) =>
        new AnswerWay(host, _filters, ask).FirstObstacle(answer, from, IsReversed(answer, from));

    /// <summary>Into a queue; a station each, the last one where it ends.</summary>
    public IEnumerable<Station> ToBalancer(FilteredPacket packet)
    {
        if (host.Vips.Reason is { } reason)
        {
            yield return new UnknownStation("vip", reason);
            yield break;
        }
        var vip = VipStation.Of(packet with { Connection = _connection }, host, _filters);
        yield return vip;
        if (vip.End is null)
        {
            var bound = host.Queues.Or([]);
            yield return QueueStation.Of(vip.Queue, host.Queues.IsRead ? bound : null) with
            {
                Instead = QueueReader.RangeOfBalancer(bound) is not { } range ? null
                    : vip.QueuedBy is { } chain ? Remedy.QueueInstead(chain, packet.Destination, range)
                    : Remedy.QueueAt(vip.Prefix!, range),
                Start = host.Run(vip.Queue is { } asked ? $"{asked.Queues}" : "0:3"),
            };
        }
    }

    /// <summary>From the balancer to a target; a station each, the last one where it ends.</summary>
    /// <param name="packet">With its mark.</param>
    /// <param name="from">The link it came by; null where that is not known.</param>
    /// <param name="queue">Where it was queued; null where that is not known.</param>
    /// <param name="marked">Who is to get it.</param>
    public IEnumerable<Station> ToTarget(FilteredPacket packet, Link? from, VipStation? queue, MarkedTarget marked)
    {
        packet = packet with { Connection = _connection };
        var behind = BehindQueue(packet, queue, marked);
        if (behind.Lines.Any())
        {
            yield return behind;
        }
        bool isIpv4 = packet.Destination.IsIpv4;
        if ((host.Sysctls.Reason ?? host.Network.Reason) is { } reason)
        {
            yield return new UnknownStation("forwarding", reason);
            yield break;
        }
        yield return ForwardingStation.Of(isIpv4, from?.Name, host.Sysctls.Value);
        bool isAsked = packet.Protocol is { } protocol && RuleStation.IsAsked(protocol);
        bool hasPorts = packet.Protocol is IpProtocol.Tcp or IpProtocol.Udp;
        var answer = ask(new RouteQuery(isIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6, packet.Destination)
        {
            Fwmark = packet.Mark!.Value,
            // Without a link the kernel takes it for a packet of this host, which has no such address.
            Source = from is null ? null : packet.Source,
            IncomingLink = from?.Index,
            Protocol = isAsked ? packet.Protocol : null,
            SourcePort = hasPorts ? packet.SourcePort : null,
            DestinationPort = hasPorts ? packet.DestinationPort : null,
        });
        if (answer.Route is null && from is not null)
        {
            answer = answer with { IsReversed = answer.IsReversed || IsReversed(packet, from) };
        }
        var rule = RuleStation.Of(packet, answer, _network, marked);
        yield return rule;
        var link = _network.Find(answer.Route?.Link);
        yield return RouteStation.Of(
            packet, answer, _network, rule.Walk.Found?.Action.Table, marked,
            isLedBack: packet.Source is { } source && LinkBack(source) is not null);
        if (answer.Route is { } route)
        {
            var address = route.Gateway ?? packet.Destination;
            yield return new NeighbourStation(address, link, _network.Find(address, route.Link))
            {
                Other = marked.Target is null ? marked.Remedy : null,
            };
        }
        foreach (var transform in TransformStation.Of(host.Policies.Or([]), packet))
        {
            yield return transform;
        }
        var leaving = packet with { OutgoingLink = link?.Name };
        var forward = FilterWalk.Of(_filters, FilterHook.Forward, leaving);
        if (forward.Queue is { } queued && host.IsUnread(queued))
        {
            yield return new FilterStation(packet.Destination, forward) { Unread = queued };
            yield break;
        }
        yield return new FilterStation(
            packet.Destination,
            forward.Then(() => FilterWalk.Of(_filters, FilterHook.Postrouting, leaving))
                .Then(() => FilterWalk.Of(_filters, FilterHook.Egress, leaving)))
        {
            NotRead = host.Filters.Reason,
        };
    }

    /// <summary>The way back does not lead by the link that the packet comes by, and the reverse path filter is strict
    /// there; or there is none, and it is loose (fib_validate_source). Kernels from 6.14 on refuse by one number,
    /// whatever the reason.</summary>
    private bool IsReversed(FilteredPacket packet, Link from)
    {
        if (!packet.Destination.IsIpv4 || packet.Source is not { } source)
        {
            return false;
        }
        var sysctls = host.Sysctls.Or(SysctlValues.None);
        string own = $"net/ipv4/conf/{from.Name}";
        int filter = Math.Max(
            sysctls.ReadNumber("net.ipv4.conf.all.rp_filter"), sysctls.ReadNumber($"{own}/rp_filter"));
        if (filter == 0)
        {
            return false;
        }
        bool isByMark = sysctls.ReadNumber("net.ipv4.conf.all.src_valid_mark") == 1
            || sysctls.ReadNumber($"{own}/src_valid_mark") == 1;
        var back = ask(new RouteQuery(IpFamily.Ipv4, source) { Fwmark = isByMark ? packet.Mark!.Value : 0 }).Route;
        return filter == 1 ? back?.Link != from.Index : back is null;
    }

    /// <summary>The chains between the queue and routing. Those of the queue's own priority come before it or behind;
    /// which of both is not known.</summary>
    private FilterStation BehindQueue(FilteredPacket packet, VipStation? queue, MarkedTarget marked)
    {
        int priority = queue?.QueuePriority ?? int.MaxValue;
        bool isUntracked = host.Vips.Or(QueuedVips.None).WithoutConntrack;
        var beside = FilterWalk.Of(
            _filters, FilterHook.Prerouting, packet,
            isPassed: chain => chain.Priority != priority || ReferenceEquals(chain, queue?.QueuedBy));
        FilterWalk Behind() => FilterWalk.Of(
            _filters, FilterHook.Prerouting, packet,
            isPassed: chain => chain.Priority <= priority || isUntracked && chain.IsNat);
        // Beside our rule they were asked with all that come before it. But what they queue is queued once more, even
        // where they come first.
        bool isLostBeside = beside.Queue is { } other && host.IsUnread(other);
        var walk = isLostBeside ? beside : queue?.QueuedBy is null ? Behind() : beside.Then(Behind);
        bool isRemarked = walk.Mark is { } mark && ((mark ^ packet.Mark!.Value) & marked.Mask.Bits) != 0;
        return new FilterStation(
            packet.Destination,
            beside.MarkedBy is { } marker
                ? walk with { NotInterpreted = [new FilterDoubt(marker, []), .. walk.NotInterpreted] }
                : walk)
        {
            IsBeforeRouting = true,
            Unread = walk.Queue is { } last && host.IsUnread(last) ? last : null,
            RemarkedBy = isRemarked ? walk.MarkedBy : null,
        };
    }
}
