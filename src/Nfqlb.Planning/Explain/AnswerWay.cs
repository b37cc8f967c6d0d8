using Nfqlb.Filters;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>The way of a target's answer through this host, to the client.</summary>
/// <param name="host">As it was at one look.</param>
/// <param name="filters">Those of others.</param>
/// <param name="ask">What the kernel says to a question that follows from what was found.</param>
internal sealed class AnswerWay(HostSnapshot host, FilterSet filters, Func<RouteQuery, RouteAnswer> ask)
{
    private readonly NetworkState _network = host.Network.Or(new NetworkState());

    /// <summary>The answer to a packet, without a mark, from where that went to.</summary>
    public static FilteredPacket To(FilteredPacket packet) => new(packet.Source!.Value)
    {
        Source = packet.Destination,
        Protocol = packet.Protocol,
        SourcePort = packet.DestinationPort,
        DestinationPort = packet.SourcePort,
        Mark = 0,
    };

    /// <summary>The first thing that is in its way; null for nothing that is known.</summary>
    /// <param name="answer">It.</param>
    /// <param name="from">The link of the target, by which it comes.</param>
    /// <param name="isReversed">The reverse path filter of that link drops it.</param>
    public AnswerStation? FirstObstacle(FilteredPacket answer, Link from, bool isReversed)
    {
        bool isTracked = !host.Vips.Or(QueuedVips.None).WithoutConntrack;
        answer = answer with
        {
            IncomingLink = from.Name,
            // A request that nobody has tracked makes no connection that the answer could belong to.
            Connection = isTracked ? ConnectionStates.Established : ConnectionStates.Invalid,
        };
        var sysctls = host.Sysctls.Or(SysctlValues.None);
        var forwarding = ForwardingStation.Of(answer.Destination.IsIpv4, from.Name, sysctls);
        var before = FilterWalk.Of(filters, FilterHook.Ingress, answer)
            .Then(() => FilterWalk.Of(filters, FilterHook.Prerouting, answer, chain => chain.IsNat));
        if (ByFilter(before, answer) is { } early)
        {
            return new AnswerStation(from.Name, early.What, early.Mend);
        }
        if (isReversed)
        {
            return new AnswerStation(
                from.Name, $"the reverse path filter of {from.Name} drops it",
                Remedy.Loosen(from.Name, ask(new RouteQuery(IpFamily.Ipv4, answer.Source!.Value)).Route is not null))
            {
                IsReversed = true,
            };
        }
        if (host.Sysctls.IsRead && !forwarding.IsOn)
        {
            return new AnswerStation(
                from.Name, $"{from.Name} does not forward what comes by it: it is dropped", forwarding.Remedy);
        }
        var way = ask(QueryOf(answer, from));
        if (way.Route is not { Type: RouteType.Unicast } route)
        {
            return ByRule(answer, from, way);
        }
        var leaving = answer with { OutgoingLink = _network.Find(route.Link)?.Name };
        var forward = FilterWalk.Of(filters, FilterHook.Forward, leaving);
        var late = ByFilter(forward, leaving) ?? ByFilter(
            FilterWalk.Of(filters, FilterHook.Postrouting, leaving, chain => chain.IsNat)
                .Then(() => FilterWalk.Of(filters, FilterHook.Egress, leaving)),
            leaving);
        return late is { } found ? new AnswerStation(from.Name, found.What, found.Mend) : null;
    }

    private static RouteQuery QueryOf(FilteredPacket answer, Link from)
    {
        bool isAsked = answer.Protocol is { } protocol && RuleStation.IsAsked(protocol);
        bool hasPorts = answer.Protocol is Packets.IpProtocol.Tcp or Packets.IpProtocol.Udp;
        return new RouteQuery(answer.Destination.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6, answer.Destination)
        {
            Source = answer.Source,
            IncomingLink = from.Index,
            Protocol = isAsked ? answer.Protocol : null,
            SourcePort = hasPorts ? answer.SourcePort : null,
            DestinationPort = hasPorts ? answer.DestinationPort : null,
        };
    }

    private (string What, string Mend)? ByFilter(FilterWalk walk, FilteredPacket answer) =>
        walk.DroppedBy is { } chain
                ? ($"the filter {chain} drops it", Remedy.LetAnswerThrough(chain, answer.Source!.Value))
            : walk is { Queue: { } queue, QueuedBy: { } by } && host.IsUnread(queue)
                ? ($"the filter {by} puts it into {queue.Queues}, which nobody reads",
                    Remedy.LetAnswerThrough(by, answer.Source!.Value))
            : null;

    /// <summary>Where no route leads to the client at all, packets of his are not walked as if they came.</summary>
    private AnswerStation? ByRule(FilteredPacket answer, Link from, RouteAnswer way)
    {
        var family = answer.Destination.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        var rule = RuleWalk.Of(
            _network.RulesOf(family), answer,
            table => _network.HasRoute(family, table, answer.Destination, way)).Found;
        return rule is { Action.Table: null }
                ? new AnswerStation(
                    from.Name, $"[{rule.Words}] refuses it", rule.HasOtherConditions ? null : Remedy.Delete(rule))
            : way.Type is { } type and not RouteType.Local
                ? new AnswerStation(from.Name, $"the kernel has no way for it: {$"{type}".ToLowerInvariant()}", null)
            : null;
    }
}
