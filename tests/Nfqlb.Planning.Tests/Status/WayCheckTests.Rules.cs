using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Rules and routes of others.</summary>
public partial class WayCheckTests
{
    /// <summary>Nobody knows whether packets for targets meet it: it is neither called wrong nor passed over.</summary>
    [Fact]
    public void A_rule_in_front_whose_conditions_are_not_known()
    {
        var rule = new RoutingRule(IpFamily.Ipv4, 50, RuleAction.Blackhole)
        {
            HasOtherConditions = true, TellsPacketsApart = true,
        };
        Assert.Equal(
            [
                "Ok: 1 ways into a queue and 1 to targets lead there, as far as was checked",
                "Hint: not checked: ipv4 rule priority 50 blackhole protocol 78: may lead some packets elsewhere, by "
                    + "conditions that are not known here",
            ],
            FindBehind(rule));
        Assert.Contains(FindBehind(rule with { HasOtherConditions = false }), line => line.Contains("ip -4 rule del"));
    }

    /// <summary>It is passed over where the kernel, who was asked, has passed over it too.</summary>
    [Fact]
    public void A_rule_in_front_for_what_is_alike_of_all_packets() => Assert.Equal(
        ["Ok: 1 ways into a queue and 1 to targets lead there"],
        FindBehind(new RoutingRule(IpFamily.Ipv4, 50, RuleAction.Blackhole) { HasOtherConditions = true }));

    [Fact]
    public void A_rule_in_front_that_is_for_other_packets()
    {
        var rule = new RoutingRule(IpFamily.Ipv4, 50, RuleAction.Blackhole);
        RoutingRule[] others =
        [
            rule with { Transport = IpProtocol.Udp }, rule with { DestinationPorts = new PortRange(22, 22) },
            rule with { OutgoingLink = "eth0" },
            rule with { IncomingLink = "eth1" },
        ];
        var http = new FlowText
        {
            Name = "http", Target = "web", Destinations = "203.0.113.1/32", Protocols = "tcp", DestinationPorts = "80",
        }.Parse();
        Assert.All(others, other => Assert.Equal(
            ["Ok: 1 ways into a queue and 1 to targets lead there"], FindBehind(other, http)));
        Assert.Contains(
            FindBehind(rule with { SourcePorts = new PortRange(1, 1023) }, http),
            line => line.StartsWith(
                "Warn: IPv4, web/mark 101, flow http: tcp, from port 1, to port 80, to 203.0.113.1: rule: "));
        Assert.Contains(
            FindBehind(rule with { Transport = IpProtocol.Tcp, DestinationPorts = new PortRange(80, 90) }, http),
            line => line.EndsWith("-> ip -4 rule del priority 50 ipproto 6 dport 80-90 blackhole protocol 78"));
    }

    [Fact]
    public void Clients_that_a_rule_in_front_is_for()
    {
        var rule = new RoutingRule(IpFamily.Ipv4, 50, RuleAction.Blackhole);
        Assert.StartsWith(
            "Warn: IPv4, web/mark 101, flow http: from 10.0.0.1, to 203.0.113.1: rule: [priority 50 from 10.0.0.0/8 ",
            FindBehind(rule with { From = new Cidr(Address.FromIpv4(0x0a000000), 96 + 8) })[0]);
        // As for answers that leave by another table, where somebody else queues the address.
        var two = new FlowText
        {
            Name = "http", Target = "web", Destinations = "203.0.113.1/32,203.0.115.1/32",
        }.Parse();
        var answers = rule with { From = new Cidr(Address.FromIpv4(0xcb007301), 128) };
        Assert.DoesNotContain(FindBehind(answers, two), line => line.StartsWith("Warn"));
        // Neither the targets' own, nor what no client can have, nor who pretends to be a virtual address.
        foreach (uint from in (uint[])[0xc0000200, 0x7f000000, 0xe0000000, 0xcb007100])
        {
            Assert.Equal(
                ["Ok: 1 ways into a queue and 1 to targets lead there"],
                FindBehind(rule with { From = new Cidr(Address.FromIpv4(from), 96 + 24) }));
        }
    }

    [Fact]
    public void A_route_of_others_in_the_table_of_a_target()
    {
        var target = new DesiredTarget { Slot = 0, Mark = new FirewallMark(101), Via4 = Hop, Table = 101 };
        var pool = new DesiredPool(new PoolName("web"), new(new PoolSize(3, 2)), new(0)) { Targets = [target] };
        var other = new Route(IpFamily.Ipv4, Table, RouteType.Unicast, new Cidr(Vip, 128))
        {
            Gateway = Address.FromIpv4(0xc0000207), Link = Eth0.Index, Protocol = new RoutingProtocol(4),
        };
        var host = Host with
        {
            Desired = new(DesiredState.Empty with { Pools = [pool] }), Pools = new([Pool(101)]),
            Network = new(Network with { Routes = [ToHop, other] }),
        };
        RouteAnswer Ask(RouteQuery query) =>
            new(query.Fwmark == 0 ? ToHop with { Table = new RoutingTable(254) } : other, RouteType.Unicast);
        Assert.Equal(
            [
                "Bad: IPv4, web/slot 0 mark 101: route: it goes to 192.0.2.7, and the target is at 192.0.2.6"
                    + " -> ip -4 route del 203.0.113.1/32 via 192.0.2.7 table 101 protocol 4 dev eth0",
            ],
            Said.By(new WayCheck(host, host.Balancer.Value!, [], Ask).Findings()));
    }
}
