using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Tests.Netlink.Routing.RoutingLab;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>A host with a routing daemon: very many routes, of which some change all the time.</summary>
public class BusyRoutesTests
{
    private const int ForeignRoutes = 50_000, ChangesPerSecond = 500, Reads = 10;

    [KernelFact]
    public void Ours_are_read_beside_fifty_thousand_others_that_change() => Run(socket =>
    {
        PrivateNetwork.Command("ip", "-batch -", string.Concat(Enumerable.Range(0, ForeignRoutes).Select(i =>
            $"route add 10.{i / 256}.{i % 256}.0/24 via 172.16.1.9 table 7 proto bgp\n")));
        PrivateNetwork.Ip("route add default via 172.16.1.2 table 101 proto 78");
        using var changing = new RoutingDaemon();
        for (int i = 0; i < Reads; i++)
        {
            var ours = socket.ReadRoutes(IpFamily.Ipv4, protocol: RoutingProtocol.Nfqlb);
            var tables = Enumerable.Range(101, i % 2 == 0 ? 3 : 100)
                .Select(id => new RoutingTable((uint)id)).ToHashSet();
            Assert.Equal(ours, socket.ReadRoutes(IpFamily.Ipv4, tables));
            Assert.Single(ours);
        }
        Assert.True(changing.Changes > 0);
    });

    /// <summary>Adds and deletes a route of another table, at a steady rate, on a thread of the same
    /// namespace.</summary>
    private sealed class RoutingDaemon : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Thread _thread;
        private int _changes;

        public RoutingDaemon()
        {
            var socket = RoutingSocket.Open(); // here, as a new thread would be in another namespace
            _thread = new Thread(() =>
            {
                using (socket)
                {
                    for (; !_stop.IsCancellationRequested; _changes++)
                    {
                        bool isAddition = _changes % 2 == 0;
                        socket.Try(batch => (isAddition ? (Action<Route>)batch.Add : batch.Delete)(Changing));
                        Thread.Sleep(1000 / ChangesPerSecond);
                    }
                }
            });
            _thread.Start();
        }

        public int Changes => Volatile.Read(ref _changes);

        private static Route Changing { get; } =
            new(IpFamily.Ipv4, new(7), RouteType.Unicast, new(Packets.Address.FromIpv4(0xc0a80000), 96 + 24))
            {
                Gateway = Packets.Address.FromIpv4(0xac100109), Protocol = new RoutingProtocol(186),
            };

        public void Dispose()
        {
            _stop.Cancel();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
