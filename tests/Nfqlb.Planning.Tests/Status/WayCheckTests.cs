using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>The way of each flow and mark on a host of plain values, one of which is wrong.</summary>
public class WayCheckTests
{
    private static readonly Address Vip = Address.FromIpv4(0xcb007101), Hop = Address.FromIpv4(0xc0000206);
    private static readonly Link Eth0 = new(new LinkIndex(2), "eth0", IsUp: true, HasCarrier: true, 1500);
    private static readonly RoutingTable Table = new(101);
    private static readonly Flow Http =
        new FlowText { Name = "http", Target = "web", Destinations = "203.0.113.1/32" }.Parse();
    private static readonly QueueRule Queues = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));

    private static readonly RoutingRule ByMark =
        new(IpFamily.Ipv4, 1000, RuleAction.LookUp(Table)) { Fwmark = FwmarkMatch.Exactly(101) };
    private static readonly RoutingRule Main = new(IpFamily.Ipv4, 32766, RuleAction.LookUp(new RoutingTable(254)));

    private static readonly Route ToHop =
        new(IpFamily.Ipv4, Table, RouteType.Unicast, Route.Default(IpFamily.Ipv4)) { Gateway = Hop, Link = Eth0.Index };

    private static readonly NetworkState Network = new()
    {
        Links = [Eth0], Ipv4Rules = [ByMark, Main], Routes = [ToHop],
        Neighbours = [new Neighbour(Hop, Eth0.Index, NeighbourState.Reachable, "02:00:00:00:00:01")],
    };

    private static readonly HostSnapshot Host = new()
    {
        Desired = new(DesiredState.Empty),
        Balancer = new(new BalancerState([Http])),
        Queues = new([new BoundQueue(0, "nfqlb (pid 7)", 7, Dropped: 0)]),
        Vips = new(new QueuedVips([new Cidr(Vip, 128)], Queues, QueueKind.Native, false) { Exists = true }),
        Pools = new([Pool(101, 102)]),
        Network = new(Network),
        Sysctls = new(new SysctlValues(new Dictionary<string, string?>
        {
            ["net.ipv4.ip_forward"] = "1", ["net/ipv4/conf/eth0/forwarding"] = "1",
        })),
        Observed = new(ObservedState.Empty),
    };

    [Fact]
    public void A_host_that_works_is_called_so() => Assert.Equal(
        ["Ok: 1 ways into a queue and 1 to targets lead there"], Find(Host with { Pools = new([Pool(101)]) }));

    [Fact]
    public void An_address_that_nothing_queues() => Assert.Contains(
        "Bad: flow http, to 203.0.113.1: vip: 203.0.113.1 is no VIP: it is not queued"
            + " -> nfqlb vip-set --vips=203.0.113.1",
        Find(Host with { Vips = new(QueuedVips.None) }));

    [Fact]
    public void A_rule_of_others_that_queues_is_as_good_as_ours()
    {
        var rule = new FilterRule([new AddressCondition(false, new Cidr(Vip, 128))], FilterVerdict.Queue)
        {
            Queue = Queues,
        };
        var chain = new FilterChain("ip", "mangle", "PREROUTING", [rule]) { Hook = FilterHook.Prerouting };
        Assert.Equal(
            ["Ok: 1 ways into a queue and 1 to targets lead there"],
            Find(Host with { Vips = new(QueuedVips.None), Filters = new([chain]), Pools = new([Pool(101)]) }));
    }

    [Fact]
    public void A_mark_without_a_rule_gets_the_table_of_its_number() => Assert.Contains(
        "Bad: IPv4, web/mark 101: rule: no rule leads mark 101 to a target: it goes where unmarked packets go"
            + " -> ip -4 rule add fwmark 101 lookup 101",
        Find(Host with { Network = new(Network with { Ipv4Rules = [Main] }) }, new RoutingTable(254)));

    [Fact]
    public void A_rule_that_goes_before_is_named()
    {
        var before = new RoutingRule(IpFamily.Ipv4, 50, RuleAction.LookUp(new RoutingTable(50)));
        var host = Host with { Network = new(Network with { Ipv4Rules = [before, ByMark, Main] }) };
        Assert.Contains(
            Find(host, new RoutingTable(50)),
            line => line.Contains("] goes before [priority 1000 ")
                && line.Contains($"-> ip -4 rule del {before.Words}"));
    }

    [Fact]
    public void A_next_hop_that_was_asked_and_is_silent()
    {
        var silent = new Neighbour(Hop, Eth0.Index, NeighbourState.Probe, "02:00:00:00:00:01");
        Assert.Contains(
            "Bad: IPv4, web/mark 101: neighbour: it does not answer -> nfqlb deactivate --shm=web 101",
            Find(Host with { Network = new(Network with { Neighbours = [silent] }) }));
    }

    [Fact]
    public void A_filter_that_drops()
    {
        var chain = new FilterChain("inet", "fw", "forward", []) { Hook = FilterHook.Forward, IsDropping = true };
        Assert.Contains(
            "Bad: IPv4, web/mark 101: filter: the filter inet fw forward drops it"
                + " -> nft insert rule inet fw forward ip daddr 203.0.113.1 accept",
            Find(Host with { Filters = new([chain]) }));
    }

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

    /// <summary>It may drop some packets, and nobody is told that all of them were looked at.</summary>
    [Theory]
    [InlineData(FilterHook.Forward)]
    [InlineData(FilterHook.Prerouting)]
    public void A_filter_that_is_not_known_here(FilterHook hook)
    {
        var rule = new FilterRule([new UnknownCondition("ct")], FilterVerdict.Drop);
        var chain = new FilterChain("inet", "fw", "other", [rule]) { Hook = hook, Priority = -300 };
        Assert.Equal(
            [
                "Ok: 1 ways into a queue and 1 to targets lead there, as far as was checked",
                "Hint: not checked: inet fw other: has rules that may drop or change packets, by conditions that are "
                    + "not known here",
            ],
            Find(Host with { Pools = new([Pool(101)]), Filters = new([chain]) }));
    }

    [Fact]
    public void An_address_of_the_host_itself() => Assert.Contains(
        "Bad: 203.0.113.1 is an address of this host (eth0): its packets stay here"
            + " -> ip address del 203.0.113.1/32 dev eth0",
        Find(Host with
        {
            Network = new(Network with { Addresses = [new InterfaceAddress(Vip, 32, Eth0.Index)] }),
        }));

    [Fact]
    public void An_address_without_a_flow() => Assert.Contains(
        Find(Host with
        {
            Vips = new(new QueuedVips(
                [new Cidr(Vip, 128), new Cidr(Address.FromIpv4(0xcb007102), 128)], Queues, QueueKind.Native, false)),
        }),
        line => line.StartsWith("Warn: 203.0.113.2/32 is queued, and no flow accepts its packets"));

    [Fact]
    public void A_target_that_lacks_the_family_of_its_flow()
    {
        var target = new DesiredTarget
        {
            Slot = 0, Mark = new FirewallMark(101), Via6 = new Address(0x20010db8_00000000, 2), Table = 101,
        };
        var pool = new DesiredPool(new PoolName("web"), new(new PoolSize(3, 2)), new(0)) { Targets = [target] };
        Assert.Contains(
            Find(Host with { Desired = new(DesiredState.Empty with { Pools = [pool] }), Pools = new([Pool(101)]) }),
            line => line.Contains("it has no address of IPv4, and flow http accepts IPv4"));
    }

    private static string[] FindBehind(RoutingRule rule, Flow? flow = null) => Find(Host with
    {
        Balancer = new(new BalancerState([flow ?? Http])),
        Pools = new([Pool(101)]),
        Network = new(Network with { Ipv4Rules = [rule, ByMark, Main] }),
    });

    /// <summary>The kernel leads every packet by this table, to the next hop.</summary>
    private static string[] Find(HostSnapshot host, RoutingTable? table = null)
    {
        RouteAnswer Ask(RouteQuery query)
        {
            var route = ToHop with { Table = query.Fwmark == 0 ? new RoutingTable(254) : table ?? Table };
            return new RouteAnswer(route, route.Type);
        }
        return Said.By(new WayCheck(host, host.Balancer.Value!, [], Ask).Findings());
    }

    private static PoolState Pool(params int[] marks)
    {
        var content = PoolContent.Empty(new PoolShape(new PoolSize(3, 2)), new PoolSettings());
        int[] all = [.. marks, .. Enumerable.Repeat(-1, 2 - marks.Length)];
        return new PoolState(new PoolName("web"), new PoolSnapshot(1, content.WithMarks(all), [0, 0, 0]), "");
    }
}
