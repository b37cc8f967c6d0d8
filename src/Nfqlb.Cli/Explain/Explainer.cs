using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.Health;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Sysctl;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Explain;

/// <summary>Follows a packet that nobody sends, by the parts that decide about real ones.</summary>
/// <param name="probe">The packet.</param>
/// <param name="settings">As the balancer was started with.</param>
/// <param name="incoming">The link it comes by; null for the one by which the way back goes.</param>
/// <param name="carriedMark">The mark it comes with.</param>
internal sealed class Explainer(Probe probe, SettingsListing settings, string? incoming, uint carriedMark)
{
    private readonly DesiredState _wanted = StateStore.Look(StoreName.Value);
    private readonly List<Station> _stations = [];

    /// <summary>Follows it as far as it goes.</summary>
    public Explanation Explain()
    {
        if (IsQueued() && FindPool() is { } pool)
        {
            Route(pool);
        }
        return new Explanation(probe, _stations);
    }

    /// <returns>True when the packet goes on.</returns>
    private bool Add(Station station)
    {
        _stations.Add(station);
        return station.End is null;
    }

    private bool IsQueued()
    {
        using var table = VipTable.Open();
        var vip = VipStation.Of(probe, table.Read());
        return Add(vip) && Add(QueueStation.Of(vip.Queue, BoundQueue.TryReadAll()));
    }

    private PoolStation? FindPool()
    {
        byte[] bytes = probe.ToBytes();
        Packet.TryParse(bytes, out var packet);
        var flows = SocketFlowControl.Ask() ?? throw new UsageException(
            $"No balancer answers at [{PlainText.Visible(ControlAddress.Text)}], so its flows are not known");
        var flow = FlowChoice.Find(flows, packet, bytes, settings.IsPromiscuousPing);
        if (!Add(flow))
        {
            return null;
        }
        var pool = PoolStation.Of(
            flow.Chosen!.Target, settings.HashMode, flow.Chosen.Hash, packet.Key, settings.MarkMask, _wanted);
        return Add(pool) ? pool : null;
    }

    private void Route(PoolStation pool)
    {
        using var socket = RoutingSocket.Open();
        var family = probe.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6;
        var links = socket.ReadLinks();
        var from = IncomingLink(socket, family, links);
        if (!Add(ForwardingStation.Of(probe.IsIpv4, from?.Name, new ProcSysctls())))
        {
            return;
        }
        uint mark = settings.MarkMask.Merge(carriedMark, pool.Found.Mark!.Value);
        var answer = socket.LookUp(new RouteQuery(family, probe.Destination.Address)
        {
            Fwmark = mark,
            // Without a link the kernel takes it for a packet of this host, which has no such address.
            Source = from is null ? null : probe.Source.Address,
            IncomingLink = from?.Index,
        });
        var walk = RuleWalk.Of(
            socket.ReadRules(family), mark, probe.Source.Address, probe.Destination.Address, from?.Name,
            table => HasRoute(socket, family, table, answer));
        var wanted = probe.IsIpv4 ? pool.Target?.Via4 : pool.Target?.Via6;
        if (Add(new RuleStation(walk, mark, answer.Type == RouteType.Local))
            && Add(new RouteStation(answer, Find(links, answer.Route?.Link)?.Name, wanted)))
        {
            AddNeighbour(socket, answer.Route!, links);
        }
    }

    private void AddNeighbour(RoutingSocket socket, Route route, IReadOnlyList<Link> links)
    {
        var address = route.Gateway ?? probe.Destination.Address;
        Neighbour? known = null;
        foreach (var neighbour in socket.ReadNeighbours(address.IsIpv4 ? IpFamily.Ipv4 : IpFamily.Ipv6))
        {
            if (neighbour.Address == address && neighbour.Link == route.Link)
            {
                known = neighbour;
            }
        }
        Add(new NeighbourStation(address, Find(links, route.Link), known));
    }

    /// <summary>The kernel names the table with the route it gives, but not with an IPv4 route that refuses.</summary>
    private bool HasRoute(RoutingSocket socket, IpFamily family, RoutingTable table, RouteAnswer answer)
    {
        if (answer.Route is { } route)
        {
            return route.Table == table;
        }
        Route? best = null;
        foreach (var other in socket.ReadRoutes(family, table))
        {
            if (other.Destination.Contains(probe.Destination.Address)
                && (best is null || other.Destination.PrefixLength > best.Destination.PrefixLength))
            {
                best = other;
            }
        }
        return best is not null && best.Type != RouteType.Throw;
    }

    private Link? IncomingLink(RoutingSocket socket, IpFamily family, IReadOnlyList<Link> links)
    {
        if (incoming is null)
        {
            var back = socket.LookUp(new RouteQuery(family, probe.Source.Address)).Route;
            return back is { Type: RouteType.Unicast } ? Find(links, back.Link) : null;
        }
        foreach (var link in links)
        {
            if (link.Name == incoming)
            {
                return link;
            }
        }
        throw UsageException.BadValue("--iif", incoming, "there is no such link");
    }

    private static Link? Find(IReadOnlyList<Link> links, LinkIndex? index)
    {
        foreach (var link in links)
        {
            if (link.Index == index)
            {
                return link;
            }
        }
        return null;
    }
}
