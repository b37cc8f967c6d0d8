using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Follows a packet that nobody sends, by the parts that decide about real ones.</summary>
/// <param name="host">As it was at one look.</param>
/// <param name="ask">What the kernel says to a question that follows from what was found.</param>
public sealed class Explainer(HostSnapshot host, Func<RouteQuery, RouteAnswer> ask)
{
    /// <summary>Whether an entry of a pool drains, by the balancer that runs.</summary>
    public Func<PoolName, int, DrainingEntry?> AskDrain { get; init; } = static (_, _) => null;

    private readonly DesiredState _desired = host.Desired.Or(DesiredState.Empty);
    private readonly NetworkState _network = host.Network.Or(new NetworkState());
    private readonly List<Station> _stations = [];

    /// <summary>Follows a packet as far as it goes.</summary>
    /// <param name="probe">The packet.</param>
    /// <param name="settings">Changes how the balancer was started, as far as that decides.</param>
    /// <param name="incoming">The link it comes by; null for the one by which the way back goes.</param>
    /// <param name="carriedMark">The mark it comes with.</param>
    public Explanation Explain(
        Probe probe, Func<BalancerState, BalancerState> settings, Link? incoming, uint carriedMark)
    {
        _stations.Clear();
        if (IsQueued(probe) && FindBalancer() is { } found)
        {
            var balancer = settings(found);
            if (FindPool(probe, balancer) is { } pool)
            {
                uint mark = balancer.MarkMask.Merge(carriedMark, pool.Found.Mark!.Value);
                Route(probe, pool, incoming ?? LinkBack(probe), mark);
            }
        }
        return new Explanation(probe, [.. _stations]);
    }

    /// <summary>The part of the host that a station looks at; where it could not be read, the way ends there.</summary>
    private bool IsKnown<T>(string station, Reading<T> part) =>
        part.Reason is not { } reason || Add(new UnknownStation(station, reason));

    private BalancerState? FindBalancer()
    {
        if (IsKnown("flow", host.Balancer) && host.Balancer.Value is null)
        {
            Add(new UnknownStation("flow", $"no balancer answers at [{PlainText.Visible(host.BalancerAddress)}]"));
        }
        return host.Balancer.Or(null);
    }

    /// <returns>True when the packet goes on.</returns>
    private bool Add(Station station)
    {
        _stations.Add(station);
        return station.End is null;
    }

    private bool IsQueued(Probe probe)
    {
        if (!IsKnown("vip", host.Vips))
        {
            return false;
        }
        var vip = VipStation.Of(probe, host.Vips.Or(QueuedVips.None));
        return Add(vip) && Add(QueueStation.Of(vip.Queue, host.Queues.IsRead ? host.Queues.Value : null));
    }

    private PoolStation? FindPool(Probe probe, BalancerState settings)
    {
        byte[] bytes = probe.ToBytes();
        Packet.TryParse(bytes, out var packet);
        var flow = FlowChoice.Find(settings.Flows, packet, bytes, settings.IsPromiscuousPing);
        if (!Add(flow) || !IsKnown("pool", host.Pools))
        {
            return null;
        }
        var pool = PoolStation.Of(
            host.PoolOf(flow.Chosen!.Target), settings.HashMode, flow.Chosen.Hash, packet.Key, settings.MarkMask,
            _desired);
        pool = pool.Size is null ? pool : pool with { Drain = AskDrain(pool.Pool, pool.Found.Entry) };
        return Add(pool) ? pool : null;
    }

    private void Route(Probe probe, PoolStation pool, Link? from, uint mark)
    {
        if (!IsKnown("forwarding", host.Sysctls)
            || !Add(ForwardingStation.Of(probe.IsIpv4, from?.Name, host.Sysctls.Value))
            || !IsKnown("rule", host.Network))
        {
            return;
        }
        var answer = ask(new RouteQuery(probe.Family, probe.Destination.Address)
        {
            Fwmark = mark,
            // Without a link the kernel takes it for a packet of this host, which has no such address.
            Source = from is null ? null : probe.Source.Address,
            IncomingLink = from?.Index,
        });
        var walk = RuleWalk.Of(
            _network.RulesOf(probe.Family), mark, probe.Source.Address, probe.Destination.Address, from?.Name,
            table => HasRoute(probe, table, answer));
        var desired = probe.IsIpv4 ? pool.Target?.Via4 : pool.Target?.Via6;
        if (Add(new RuleStation(walk, mark, answer.Type == RouteType.Local))
            && Add(new RouteStation(answer, _network.Find(answer.Route?.Link)?.Name, desired)))
        {
            var address = answer.Route!.Gateway ?? probe.Destination.Address;
            var link = answer.Route.Link;
            Add(new NeighbourStation(address, _network.Find(link), _network.Find(address, link)));
        }
    }

    /// <summary>The kernel names the table with the route it gives, but not with an IPv4 route that refuses.</summary>
    private bool HasRoute(Probe probe, RoutingTable table, RouteAnswer answer)
    {
        if (answer.Route is { } route)
        {
            return route.Table == table;
        }
        var best = _network.Routes
            .Where(other => other.Family == probe.Family && other.Table == table
                && other.Destination.Contains(probe.Destination.Address))
            .MaxBy(other => other.Destination.PrefixLength);
        return best is not null && best.Type != RouteType.Throw;
    }

    private Link? LinkBack(Probe probe)
    {
        var back = ask(new RouteQuery(probe.Family, probe.Source.Address)).Route;
        return back is { Type: RouteType.Unicast } ? _network.Find(back.Link) : null;
    }
}
