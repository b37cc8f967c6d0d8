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
    private readonly DesiredState _desired = host.Desired.Or(DesiredState.Empty);
    private readonly NetworkState _network = host.Network.Or(new NetworkState());
    private readonly List<Station> _stations = [];

    /// <summary>Follows a packet as far as it goes.</summary>
    /// <param name="probe">The packet.</param>
    /// <param name="settings">As the balancer was started.</param>
    /// <param name="incoming">The link it comes by; null for the one by which the way back goes.</param>
    /// <param name="carriedMark">The mark it comes with.</param>
    public Explanation Explain(Probe probe, BalancerState settings, Link? incoming, uint carriedMark)
    {
        _stations.Clear();
        if (IsQueued(probe) && FindPool(probe, settings) is { } pool)
        {
            Route(probe, pool, incoming ?? LinkBack(probe), settings.MarkMask.Merge(carriedMark, pool.Found.Mark!.Value));
        }
        return new Explanation(probe, [.. _stations]);
    }

    /// <returns>True when the packet goes on.</returns>
    private bool Add(Station station)
    {
        _stations.Add(station);
        return station.End is null;
    }

    private bool IsQueued(Probe probe)
    {
        var vip = VipStation.Of(probe, host.Vips.Or(QueuedVips.None));
        return Add(vip) && Add(QueueStation.Of(vip.Queue, host.Queues.IsRead ? host.Queues.Value : null));
    }

    private PoolStation? FindPool(Probe probe, BalancerState settings)
    {
        byte[] bytes = probe.ToBytes();
        Packet.TryParse(bytes, out var packet);
        var flow = FlowChoice.Find(settings.Flows, packet, bytes, settings.IsPromiscuousPing);
        if (!Add(flow))
        {
            return null;
        }
        var pool = PoolStation.Of(
            host.PoolOf(flow.Chosen!.Target), settings.HashMode, flow.Chosen.Hash, packet.Key, settings.MarkMask,
            _desired);
        return Add(pool) ? pool : null;
    }

    private void Route(Probe probe, PoolStation pool, Link? from, uint mark)
    {
        if (!Add(ForwardingStation.Of(probe.IsIpv4, from?.Name, host.Sysctls.Value)))
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
