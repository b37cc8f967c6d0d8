using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.Tests.Support;
using Nfqlb.Routing;
using static Nfqlb.Linux.Tests.Netlink.Routing.RoutingLab;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>What is asked of the kernel is what it then lists, and what ip(8) lists.</summary>
public sealed class RoutingSocketTests
{
    private const IpFamily V4 = IpFamily.Ipv4;
    private const IpFamily V6 = IpFamily.Ipv6;

    [KernelFact]
    public void Rules_of_every_kind_are_listed_as_they_were_added() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            string prefix = family == V4 ? "10.1.2.0/24" : "fd12::/32";
            RoutingRule[] rules =
            [
                new(family, 100, LookUp(101)) { Fwmark = FwmarkMatch.Exactly(101) },
                new(family, 101, LookUp(70_000)) { Fwmark = new(0x60, 0xf0), Protocol = RoutingProtocol.Static },
                new(family, 102, LookUp(uint.MaxValue)) { From = Block(prefix) },
                new(family, 103, RuleAction.GoTo(110)) { To = Block(prefix), IsInverted = true },
                new(family, 104, RuleAction.Unreachable) { IncomingLink = "lb0" },
                new(family, 105, RuleAction.Blackhole) { Fwmark = new(0, 1) },
                new(family, 106, RuleAction.Prohibit) { Fwmark = new(0x80000000, 0x80000000) },
                new(family, 110, RuleAction.Nop),
            ];
            var before = socket.ReadRules(family);
            socket.Make(batch => Array.ForEach(rules, batch.Add));

            Assert.Equal(rules, socket.ReadRules(family).Except(before));
            Assert.All(socket.Try(batch => Array.ForEach(rules, batch.Add)), r => Assert.True(r.IsAlreadyThere));
            socket.Make(batch => Array.ForEach(rules, batch.Delete));
            Assert.Equal(before, socket.ReadRules(family));
            Assert.All(socket.Try(batch => Array.ForEach(rules, batch.Delete)), r => Assert.True(r.IsNotThere));
        }
    });

    [KernelFact]
    public void The_words_of_a_rule_are_understood_by_ip() => Run(socket =>
    {
        RoutingRule[] rules =
        [
            new(V6, 100, LookUp(101)) { Fwmark = new(0x60, 0xf0), From = Block("fd12::/32"), IncomingLink = "lb0" },
            new(V6, 101, RuleAction.GoTo(200)) { To = Block("fd13::/32"), IsInverted = true },
            new(V6, 102, RuleAction.Unreachable),
            new(V6, 200, RuleAction.Nop),
            new(V6, 201, LookUp(254)),
        ];
        foreach (var rule in rules)
        {
            PrivateNetwork.Ip($"-6 rule add {rule.Words}");
        }

        Assert.Equal(rules, socket.ReadRules(V6).Where(rule => rule.Protocol == RoutingProtocol.Nfqlb));
    });

    [KernelFact]
    public void Routes_of_every_kind_are_listed_as_they_were_added() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            string gateway = family == V4 ? "172.16.1.6" : "fd00::6";
            string elsewhere = family == V4 ? "192.0.2.1" : "2001:db8::1";
            string destination = family == V4 ? "10.1.2.0/24" : "fd12::/32";
            string own = family == V4 ? "172.16.1.1" : "fd00::1";
            var last = RouteTo(family, 101, type: RouteType.Unreachable) with { Metric = uint.MaxValue };
            Route[] routes =
            [
                RouteTo(family, 101) with { Gateway = Ip(gateway), Link = Lb0 },
                last,
                RouteTo(family, 101, destination) with
                {
                    Gateway = Ip(elsewhere), Link = Lb0, IsOnLink = true, Metric = 9,
                },
                RouteTo(family, 70_000, destination) with { Link = Lb0, Source = Ip(own) },
                RouteTo(family, 70_000, type: RouteType.Blackhole) with { Protocol = RoutingProtocol.Static },
                RouteTo(family, uint.MaxValue, type: RouteType.Prohibit),
                RouteTo(family, uint.MaxValue, destination, RouteType.Throw),
            ];
            socket.Make(batch => Array.ForEach(routes, batch.Add));

            Assert.Equal(routes[..3].ToHashSet(), [.. socket.ReadRoutes(family, new RoutingTable(101))]);
            Assert.Equal(routes[3..5].ToHashSet(), [.. socket.ReadRoutes(family, new RoutingTable(70_000))]);
            Assert.Equal([routes[4]], socket.ReadRoutes(family, new RoutingTable(70_000), RoutingProtocol.Static));
            Assert.Equal(
                routes.Where(route => route.Protocol == RoutingProtocol.Nfqlb).ToHashSet(),
                [.. socket.ReadRoutes(family, protocol: RoutingProtocol.Nfqlb)]);
            Assert.Subset(socket.ReadRoutes(family).ToHashSet(), routes.ToHashSet());
            Assert.All(socket.Try(batch => Array.ForEach(routes, batch.Add)), r => Assert.True(r.IsAlreadyThere));
            socket.Make(batch => Array.ForEach(routes, batch.Delete));
            Assert.Empty(socket.ReadRoutes(family, protocol: RoutingProtocol.Nfqlb));
            Assert.All(socket.Try(batch => Array.ForEach(routes, batch.Delete)), r => Assert.True(r.IsNotThere));
        }
    });

    [KernelFact]
    public void An_ipv4_route_may_have_an_ipv6_gateway() => Run(socket =>
    {
        var route = RouteTo(V4, 101) with { Gateway = Ip("fd00::6"), Link = Lb0 };
        socket.Make(batch => batch.Add(route));

        Assert.Equal([route], socket.ReadRoutes(V4, new RoutingTable(101)));
        Assert.StartsWith(
            "default via inet6 fd00::6 dev lb0", PrivateNetwork.Ip("route show table 101"), StringComparison.Ordinal);
    });

    [KernelFact]
    public void A_replaced_route_has_the_place_of_the_old_one() => Run(socket =>
    {
        foreach (var family in (IpFamily[])[V4, V6])
        {
            var first = RouteTo(family, 101) with { Gateway = Ip(family == V4 ? "172.16.1.6" : "fd00::6") };
            var second = first with { Gateway = Ip(family == V4 ? "172.16.1.7" : "fd00::7") };
            socket.Make(batch => batch.Replace(first));
            socket.Make(batch => batch.Replace(second));

            var listed = Assert.Single(socket.ReadRoutes(family, new RoutingTable(101)));
            Assert.Equal(second with { Link = Lb0 }, listed);
        }
    });

    [KernelFact]
    public void Routes_of_another_maker_are_not_deleted() => Run(socket =>
    {
        var foreign = RouteTo(V4, 101, type: RouteType.Blackhole) with { Protocol = RoutingProtocol.Static };
        socket.Make(batch => batch.Add(foreign));
        var own = foreign with { Protocol = RoutingProtocol.Nfqlb };

        Assert.True(Assert.Single(socket.Try(batch => batch.Delete(own))).IsNotThere);
        Assert.Equal([foreign], socket.ReadRoutes(V4, new RoutingTable(101)));
    });

    [KernelFact]
    public void A_table_that_nobody_has_used_is_empty() => Run(socket =>
    {
        Assert.Empty(socket.ReadRoutes(V4, new RoutingTable(12_345)));
        Assert.Empty(socket.ReadRoutes(V6, new RoutingTable(12_345)));
    });

    [KernelFact]
    public void A_refusal_names_its_request_and_gives_the_kernels_reason() => Run(socket =>
    {
        var results = socket.Try(batch =>
        {
            batch.Add(RouteTo(V4, 101) with { Gateway = Ip("192.0.2.1") });
            batch.Add(RouteTo(V4, 102) with { Gateway = Ip("172.16.1.6") });
            batch.Add(new RoutingRule(V6, 100, RuleAction.GoTo(50)));
        });

        Assert.Equal([false, true, false], results.Select(result => result.IsSuccess));
        Assert.Equal(
            "ipv4 route default via 192.0.2.1 table 101 protocol 78: Network is unreachable: "
                + "Nexthop has invalid gateway",
            Assert.Throws<NetlinkException>(results[0].ThrowOnError).Message);
        Assert.StartsWith(
            "ipv6 rule priority 100 goto 50 protocol 78: Invalid argument: ",
            Assert.Throws<NetlinkException>(results[2].ThrowOnError).Message,
            StringComparison.Ordinal);
    });

    [KernelFact]
    public void Links_neighbours_and_addresses() => Run(socket =>
    {
        PrivateNetwork.Ip("neigh add 172.16.1.6 lladdr 02:00:00:00:00:06 dev lb0 nud permanent");
        PrivateNetwork.Ip("neigh add fd00::6 lladdr 02:00:00:00:00:06 dev lb0 nud stale");
        PrivateNetwork.Ip("link set lb0 mtu 1400");
        var expected = new Neighbour(Ip("172.16.1.6"), Lb0, NeighbourState.Permanent, "02:00:00:00:00:06");

        Assert.Equal([expected], socket.ReadNeighbours(V4));
        Assert.Contains(
            expected with { Address = Ip("fd00::6"), State = NeighbourState.Stale }, socket.ReadNeighbours(V6));
        Assert.Contains(new InterfaceAddress(Ip("172.16.1.1"), 24, Lb0), socket.ReadAddresses(V4));
        Assert.Contains(new InterfaceAddress(Ip("fd00::1"), 64, Lb0), socket.ReadAddresses(V6));
        Assert.Contains(Veth(Lb0, "lb0", isUp: true, hasCarrier: true, 1400), socket.ReadLinks());
        PrivateNetwork.Ip("link set lb1 down");
        Assert.Contains(Veth(Lb0, "lb0", isUp: true, hasCarrier: false, 1400), socket.ReadLinks());
        Assert.Contains(Veth(new(5), "lb1", isUp: false, hasCarrier: false, 1500), socket.ReadLinks());
    });

    [KernelFact]
    public void A_listing_is_whole_while_others_change_it() => Run(socket =>
    {
        var rules = Enumerable.Range(1, 2000).Select(i => (uint)i)
            .Select(i => new RoutingRule(V4, 1000 + i, LookUp(101)) { Fwmark = FwmarkMatch.Exactly(i) })
            .ToArray();
        socket.Make(batch => Array.ForEach(rules, batch.Add));
        // Others take a rule in front away and put it back; that moves where a listing goes on.
        const string flapping = "while ip rule add priority 1 nop && ip rule del priority 1; do sleep 0.01; done";
        using var others = new ShellProcess(flapping);
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(rules, socket.ReadRules(V4).Where(rule => rule.Protocol == RoutingProtocol.Nfqlb));
        }
    });

    [Fact]
    public void Our_number_is_nobody_elses()
    {
        string[] files = ["/etc/iproute2/rt_protos", "/usr/share/iproute2/rt_protos"];
        var numbers = files.Where(File.Exists).SelectMany(File.ReadLines)
            .Where(line => line.Length > 0 && char.IsDigit(line[0]))
            .Select(line => line.Split(' ', '\t')[0]);

        Assert.DoesNotContain(RoutingProtocol.Nfqlb.ToString(), numbers);
    }

    private static Link Veth(LinkIndex index, string name, bool isUp, bool hasCarrier, int mtuBytes) =>
        new(index, name, isUp, hasCarrier, mtuBytes, "veth") { IsEthernet = true };
}
