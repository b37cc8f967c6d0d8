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
public partial class WayCheckTests
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
        Addresses = [new InterfaceAddress(Address.FromIpv4(0xc0000205), 30, Eth0.Index)],
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

    /// <summary>10,000 addresses that nothing tells apart are one way; one that a filter knows is another.</summary>
    [Fact]
    public void Packets_that_nothing_tells_apart_are_walked_once_and_those_that_a_filter_knows_are_found()
    {
        Cidr[] vips = new Cidr[10_000];
        for (uint i = 0; i < vips.Length; i++)
        {
            vips[i] = new Cidr(Address.FromIpv4(0xcb000000 + i), 128);
        }
        var flow = new Flow { Name = new FlowName("many"), Target = new PoolName("web"), Destinations = [.. vips] };
        var host = Host with
        {
            Balancer = new(new BalancerState([flow])), Pools = new([Pool(101)]),
            Vips = new(new QueuedVips([.. vips], Queues, QueueKind.Native, false) { Exists = true }),
        };
        Assert.Equal(["Ok: 1 ways into a queue and 1 to targets lead there"], Find(host));

        var drop = new FilterRule([new AddressCondition(false, vips[9_998])], FilterVerdict.Drop);
        var chain = new FilterChain("ip", "filter", "FORWARD", [drop]) { Hook = FilterHook.Forward };
        Assert.Equal(
            [
                "Bad: IPv4, web/mark 101, flow many: to 203.0.39.14: filter: the filter ip filter FORWARD drops it"
                    + " -> nft insert rule ip filter FORWARD ip daddr 203.0.39.14 accept",
            ],
            Find(host with { Filters = new([chain]) }));
    }

    /// <summary>The same rule drops what a flow names, and what it accepts among all else.</summary>
    [Fact]
    public void A_filter_for_a_part_of_what_is_accepted_is_only_told()
    {
        var drop = new FilterRule([new PortCondition(false, 85, 85)], FilterVerdict.Drop);
        var host = Host with
        {
            Pools = new([Pool(101)]),
            Filters = new([new FilterChain("ip", "f", "fwd", [drop]) { Hook = FilterHook.Forward }]),
        };
        var named = new FlowText
        {
            Name = "http", Target = "web", Destinations = "203.0.113.1/32", Protocols = "udp",
            DestinationPorts = "80-90",
        }.Parse();
        Assert.Contains(
            Find(host with { Balancer = new(new BalancerState([named])) }),
            line => line.StartsWith("Bad: IPv4, web/mark 101, flow http: udp, to port 85, to 203.0.113.1: filter: "));
        Assert.Contains(
            "Hint: IPv4, web/mark 101, flow http: tcp, to port 85, to 203.0.113.1: filter: the filter ip f fwd drops "
                + "it",
            Find(host));
        Assert.Contains(
            new WayCheck(host, host.Balancer.Value!, [], Ask).Findings(), finding => finding.IsOpen);
    }

    [Fact]
    public void Addresses_of_a_family_of_which_a_flow_takes_no_source()
    {
        var flow = new FlowText
        {
            Name = "http", Target = "web", Destinations = "203.0.113.1/32,2001:db8::1/128", Sources = "10.0.0.0/8",
        }.Parse();
        var host = Host with { Balancer = new(new BalancerState([flow])) };
        const string nothing = "Warn: flow http accepts nothing to 2001:db8::1/128: it names no source of IPv6";
        Assert.Contains(nothing, Find(host));
        var other = new FlowText { Name = "any", Target = "web" }.Parse();
        Assert.DoesNotContain(nothing, Find(host with { Balancer = new(new BalancerState([flow, other])) }));
    }

    [Fact]
    public void What_the_kernel_asks_nobody_about_is_not_checked()
    {
        var permanent = new Neighbour(Hop, Eth0.Index, NeighbourState.Permanent, "02:00:00:00:00:01");
        Assert.Equal(
            [
                "Ok: 1 ways into a queue and 1 to targets lead there, as far as was checked",
                "Hint: not checked: whether 192.0.2.6 on eth0 is there: its neighbour entry is permanent, and the "
                    + "kernel asks nobody",
            ],
            Find(Host with
            {
                Pools = new([Pool(101)]), Network = new(Network with { Neighbours = [permanent] }),
            }));
    }

    [Fact]
    public void Without_a_way_back_to_clients_their_link_is_not_known()
    {
        var down = new Link(new LinkIndex(3), "eth1", IsUp: false, HasCarrier: false, 1500);
        var host = Host with
        {
            Pools = new([Pool(101)]), Network = new(Network with { Links = [Eth0, down] }),
        };
        RouteAnswer Ask(RouteQuery query) => query.Fwmark == 0
            ? new RouteAnswer(null, null, "Network is unreachable")
            : new RouteAnswer(ToHop, ToHop.Type);
        Assert.Equal(
            [
                "Ok: 1 ways into a queue and 1 to targets lead there, as far as was checked",
                "Hint: not checked: by which link packets come from 198.51.100.7: no route leads back there; down: "
                    + "eth1",
            ],
            Said.By(new WayCheck(host, host.Balancer.Value!, [], Ask).Findings()));
    }

    /// <summary>Before our rule, at its place, and behind it; it may be read, or let all through.</summary>
    [Theory]
    [InlineData(-300, 9, false, "Bad: flow http, to 203.0.113.1: vip: the filter inet x pre puts it into 9, which")]
    [InlineData(-150, 9, false, "Bad: flow http, to 203.0.113.1: vip: the filter inet x pre puts it into 9, which")]
    [InlineData(-100, 9, false, "Bad: IPv4, web/mark 101: prerouting: the filter inet x pre puts it into 9, which")]
    [InlineData(-300, 0, false, "Ok")]
    [InlineData(-100, 0, false, "Ok")]
    [InlineData(-300, 9, true, "Ok")]
    [InlineData(-100, 9, true, "Ok")]
    public void A_queue_of_others_that_nobody_reads(int priority, ushort number, bool bypass, string said)
    {
        var queue = new QueueRule(new QueueRange(new QueueNumber(number), new QueueNumber(number))) { Bypass = bypass };
        var rule = new FilterRule([new AddressCondition(false, new Cidr(Vip, 128))], FilterVerdict.Queue)
        {
            Queue = queue,
        };
        var chain = new FilterChain("inet", "x", "pre", [rule]) { Hook = FilterHook.Prerouting, Priority = priority };
        var prefix = new DesiredVip(new Cidr(Vip, 128), null);
        string[] found = Find(Host with
        {
            Desired = new(DesiredState.Empty with { Vips = [prefix] }), Pools = new([Pool(101)]),
            Filters = new([chain]),
        });
        Assert.StartsWith(said, found[0]);
        Assert.True(
            said == "Ok" || found[0].EndsWith("-> nft insert rule inet x pre ip daddr 203.0.113.1 accept"), found[0]);
    }

    [Theory]
    [InlineData(-100, "Bad")]
    [InlineData(-150, "Hint")] // Before our rule, or behind it: nobody tells.
    [InlineData(-200, "Ok")]
    public void A_mark_that_is_set_behind_the_queue(int priority, string severity)
    {
        var set = new FilterRule([], FilterVerdict.Continue) { Mark = new FilterMark(uint.MaxValue, 0) };
        var chain = new FilterChain("inet", "x", "pre", [set]) { Hook = FilterHook.Prerouting, Priority = priority };
        Assert.StartsWith(
            severity, Find(Host with { Pools = new([Pool(101)]), Filters = new([chain]) })[^1]);
    }

    [Theory]
    [InlineData(true, false, 1, "Bad: IPv4, web/mark 101: xfrm: the policy of ip xfrm [dir fwd src 0.0.0.0/0 dst ")]
    [InlineData(false, true, 1, "Hint: not checked: ip xfrm policy [dir fwd src 0.0.0.0/0 dst 203.0.113.1/32]: ")]
    [InlineData(false, false, 1, "Ok")]
    [InlineData(true, false, 3, "Ok")]
    public void A_policy_of_ipsec(bool isBlocking, bool isTransforming, uint priority, string said)
    {
        var allows = new TransformPolicy(IsOutgoing: false, Cidr.Ipv4, Cidr.Ipv4) { Priority = 2 };
        var policy = new TransformPolicy(IsOutgoing: false, Cidr.Ipv4, new Cidr(Vip, 128))
        {
            IsBlocking = isBlocking, IsTransforming = isTransforming, Priority = priority,
        };
        Assert.StartsWith(said, Find(Host with { Pools = new([Pool(101)]), Policies = new([allows, policy]) })[^1]);
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
                "Hint: not checked: inet fw other (ct): has rules that may drop or change packets, by conditions that "
                    + "are not known here",
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

    /// <summary>The kernel leads every marked packet by this table, to the next hop.</summary>
    private static string[] Find(HostSnapshot host, RoutingTable? table = null)
    {
        RouteAnswer By(RouteQuery query) =>
            new(query.Fwmark == 0 || table is null ? Ask(query).Route : ToHop with { Table = table.Value }, ToHop.Type);
        return Said.By(new WayCheck(host, host.Balancer.Value!, [], By).Findings());
    }

    private static RouteAnswer Ask(RouteQuery query) =>
        new(query.Fwmark == 0 ? ToHop with { Table = new RoutingTable(254) } : ToHop, ToHop.Type);

    private static PoolState Pool(params int[] marks)
    {
        var content = PoolContent.Empty(new PoolShape(new PoolSize(3, 2)), new PoolSettings());
        int[] all = [.. marks, .. Enumerable.Repeat(-1, 2 - marks.Length)];
        return new PoolState(new PoolName("web"), new PoolSnapshot(1, content.WithMarks(all), [0, 0, 0]), "");
    }
}
