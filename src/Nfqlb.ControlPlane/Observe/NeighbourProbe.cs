using System.Diagnostics;
using Nfqlb.Linux;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Asks next hops whether they are there. For the kernel who has answered once is reachable for half a minute
/// or more, and packets to him may be lost all the time.</summary>
public static class NeighbourProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks once, and waits a moment for answers: who has not answered then is in state Probe or Incomplete.
    /// </summary>
    /// <remarks>Without CAP_NET_ADMIN nobody is asked, and all stays as it was.</remarks>
    /// <exception cref="SystemCallException">Neighbours cannot be read.</exception>
    public static NetworkState Ask(NetworkState network)
    {
        var silent = HopsOf(network).Where(hop => !IsNeverAsked(network.Find(hop.Address, hop.Link)?.State)).ToList();
        if (silent.Count == 0)
        {
            return network;
        }
        using var socket = RoutingSocket.Open();
        var batch = new RoutingBatch();
        foreach (var (address, link) in silent)
        {
            batch.Ask(address, link, network.Find(address, link)?.IsUsable == true);
        }
        if (!socket.Apply(batch).Any(result => result.IsSuccess))
        {
            return network;
        }
        var watch = Stopwatch.StartNew();
        do
        {
            Thread.Sleep(Pause);
            network = network with
            {
                Neighbours = [.. socket.ReadNeighbours(IpFamily.Ipv4), .. socket.ReadNeighbours(IpFamily.Ipv6)],
            };
        }
        while (watch.Elapsed < Patience && silent.Any(hop => IsAsked(network.Find(hop.Address, hop.Link)?.State)));
        return network;
    }

    /// <summary>The next hops of targets' tables, on links that are up.</summary>
    private static IEnumerable<(Address Address, LinkIndex Link)> HopsOf(NetworkState network) =>
        network.Routes.Where(route => route is { Type: RouteType.Unicast, Gateway: not null, Link: not null })
            .Where(route => network.Find(route.Link) is { IsUp: true, HasCarrier: true })
            .Select(route => (route.Gateway!.Value, route.Link!.Value)).Distinct();

    /// <summary>Nobody is ever asked there.</summary>
    private static bool IsNeverAsked(NeighbourState? state) =>
        state is NeighbourState.NoArp or NeighbourState.Permanent;

    private static bool IsAsked(NeighbourState? state) => state is NeighbourState.Probe or NeighbourState.Incomplete;
}
