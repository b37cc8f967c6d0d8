using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Tests.Netlink.Routing.RoutingLab;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Which way a packet would go, as the kernel tells it.</summary>
public sealed class RouteLookUpTests
{
    private const IpFamily V4 = IpFamily.Ipv4;
    private const IpFamily V6 = IpFamily.Ipv6;

    [KernelFact]
    public void The_mark_decides() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            string gateway = family == V4 ? "172.16.1.6" : "fd00::6";
            string destination = family == V4 ? "10.9.9.9" : "fd99::9";
            string own = family == V4 ? "172.16.1.1" : "fd00::1";
            socket.Make(batch =>
            {
                batch.Add(new RoutingRule(family, 100, LookUp(101)) { Fwmark = FwmarkMatch.Exactly(101) });
                batch.Add(RouteTo(family, 101) with { Gateway = Ip(gateway), Link = Lb0 });
            });
            var answer = socket.LookUp(new RouteQuery(family, Ip(destination)) { Fwmark = 101 });

            Assert.Empty(answer.Refusal);
            Assert.Equal(RouteType.Unicast, answer.Type);
            var route = Assert.IsType<Route>(answer.Route);
            Assert.Equal(new RoutingTable(101), route.Table);
            Assert.Equal((Ip(gateway), Lb0, Ip(own)), (route.Gateway, route.Link, route.Source));
            var unmarked = socket.LookUp(new RouteQuery(family, Ip(destination)));
            Assert.Null(unmarked.Route);
            Assert.Null(unmarked.Type);
            Assert.Equal("Network is unreachable", unmarked.Refusal);
        }
    });

    [KernelFact]
    public void A_packet_that_comes_in_by_a_link() => Run(socket =>
    {
        PrivateNetwork.Command("sh", "-c \"echo 1 > /proc/sys/net/ipv4/ip_forward\"");
        socket.Make(batch =>
        {
            batch.Add(new RoutingRule(V4, 100, LookUp(101))
            {
                Fwmark = FwmarkMatch.Exactly(101),
                IncomingLink = "lb0",
            });
            batch.Add(RouteTo(V4, 101) with { Gateway = Ip("172.16.1.6"), Link = Lb0 });
        });
        var query = new RouteQuery(V4, Ip("10.9.9.9"))
        {
            Fwmark = 101,
            Source = Ip("172.16.1.99"),
            IncomingLink = Lb0,
        };

        Assert.Equal(new RoutingTable(101), socket.LookUp(query).Route?.Table);
        Assert.NotEqual(
            new RoutingTable(101), socket.LookUp(query with { Source = null, IncomingLink = null }).Route?.Table);
    });

    [KernelFact]
    public void Protocol_and_ports_decide_where_rules_look_at_them() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            string option = family == V4 ? "-4" : "-6";
            socket.Make(batch => batch.Add(RouteTo(family, 102) with
            {
                Gateway = Ip(family == V4 ? "172.16.1.6" : "fd00::6"), Link = Lb0,
            }));
            PrivateNetwork.Command("ip", $"{option} rule add pref 90 ipproto tcp sport 1000 dport 80 lookup 102");
            var query = new RouteQuery(family, Ip(family == V4 ? "10.9.9.9" : "fd99::9"))
            {
                Protocol = IpProtocol.Tcp, SourcePort = 1000, DestinationPort = 80,
            };

            Assert.Equal(new RoutingTable(102), socket.LookUp(query).Route?.Table);
            Assert.Null(socket.LookUp(query with { DestinationPort = 81 }).Route);
            Assert.Null(socket.LookUp(query with { Protocol = IpProtocol.Udp }).Route);
            var ping = family == V4 ? IpProtocol.Icmp : IpProtocol.Icmpv6;
            Assert.Null(socket.LookUp(new RouteQuery(family, query.Destination) { Protocol = ping }).Route);
        }
    });

    [KernelFact]
    public void Packets_that_are_dropped() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            uint table = 200;
            foreach (var type in (RouteType[])[RouteType.Unreachable, RouteType.Blackhole, RouteType.Prohibit])
            {
                table++;
                socket.Make(batch =>
                {
                    batch.Add(new RoutingRule(family, table, LookUp(table)) { Fwmark = FwmarkMatch.Exactly(table) });
                    batch.Add(RouteTo(family, table, type: type));
                });
                string destination = family == V4 ? "10.9.9.9" : "fd99::9";
                var answer = socket.LookUp(new RouteQuery(family, Ip(destination)) { Fwmark = table });

                Assert.Equal(type, answer.Type);
            }
        }
    });
}
