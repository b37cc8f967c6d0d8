using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Filters of this host that cut off checks are named, with what lets these through alone.</summary>
public class CheckWayCheckTests
{
    private static readonly Link Eth1 = new(new LinkIndex(3), "eth1", IsUp: true, HasCarrier: true, 1500);
    private static readonly Address Vip = Address.FromIpv4(0xcb00710a);

    private static readonly HostSnapshot Host = ServeRemedyTests.Nothing with
    {
        Network = new(new NetworkState
        {
            Links = [Eth1],
            Addresses =
            [
                new InterfaceAddress(Address.FromIpv4(0xc6336401), 24, new LinkIndex(2)),
                new InterfaceAddress(Address.FromIpv4(0xc00002fe), 24, Eth1.Index),
            ],
        }),
    };

    [Fact]
    public void A_policy_that_drops_answers_is_named_with_what_lets_them_in() => Assert.Equal(
        ["Bad: answers to checks from 203.0.113.10: the filter ip filter INPUT drops them, and targets are found bad"
            + " -> nft insert rule ip filter INPUT ip saddr 203.0.113.10 tcp sport 80 accept"],
        Find(Host, Input()));

    [Fact]
    public void Of_iptables_legacy_too() => Assert.Equal(
        ["Bad: answers to checks from 203.0.113.10: the filter iptables-legacy filter INPUT drops them, and targets "
            + "are found bad -> iptables-legacy -t filter -I INPUT -s 203.0.113.10 -p tcp --sport 80 -j ACCEPT"],
        Find(Host, Input() with { IsLegacy = true }));

    [Fact]
    public void Checks_that_do_not_get_out_are_found_too() => Assert.Equal(
        ["Bad: checks of 203.0.113.10: the filter inet filter out drops them, and targets are found bad"
            + " -> nft insert rule inet filter out ip daddr 203.0.113.10 tcp dport 80 accept"],
        Find(Host, new FilterChain("inet", "filter", "out", []) { Hook = FilterHook.Output, IsDropping = true }));

    /// <summary>What every firewall has lets them in, but not where connections are not tracked.</summary>
    [Fact]
    public void What_is_established_comes_in_unless_it_is_not_tracked()
    {
        var rule = new FilterRule(
            [new ConnectionCondition(ConnectionStates.Established | ConnectionStates.Related)], FilterVerdict.Accept);
        Assert.Empty(Find(Host, Input(rule)));
        var vips = new QueuedVips(
            [new Cidr(Vip, 128)], new QueueRule(new QueueRange(new QueueNumber(0), new QueueNumber(3))),
            QueueKind.Native, WithoutConntrack: true);
        Assert.Single(Find(Host with { Vips = new(vips) }, Input(rule)));
    }

    [Fact]
    public void By_the_link_of_the_target_they_may_come_in()
    {
        var rule = new FilterRule([new LinkCondition(IsIncoming: true, "eth1", IsPrefix: false)], FilterVerdict.Accept);
        Assert.Empty(Find(Host, Input(rule)));
        rule = new FilterRule([new LinkCondition(IsIncoming: true, "eth0", IsPrefix: false)], FilterVerdict.Accept);
        Assert.Single(Find(Host, Input(rule)));
    }

    [Fact]
    public void A_target_that_passes_its_checks_has_shown_it() =>
        Assert.Empty(Find(Host, TargetHealth.Good, "{type: http}", Input()));

    /// <summary>What the kernel does not let out says nothing of a target, which stays what it was.</summary>
    [Fact]
    public void One_that_cannot_be_checked_has_shown_nothing() => Assert.Equal(
        ["Bad: answers to checks from 203.0.113.10: the filter ip filter INPUT drops them, and nothing more is learned "
            + "of targets -> nft insert rule ip filter INPUT ip saddr 203.0.113.10 tcp sport 80 accept"],
        Find(Host, TargetHealth.Good, "{type: http}", Input(), error: "Operation not permitted"));

    [Theory]
    [InlineData("{type: icmp}", "ip saddr 192.0.2.1 meta l4proto icmp accept")]
    [InlineData("{type: udp, port: 53, to: target}", "ip saddr 192.0.2.1 udp sport 53 accept")]
    public void Each_kind_by_what_it_sends(string check, string remedy) =>
        Assert.EndsWith(remedy, Assert.Single(Find(Host, TargetHealth.Bad, check, Input())));

    [Fact]
    public void What_a_command_sends_is_not_known() => Assert.Empty(
        Find(Host, TargetHealth.Bad, "{type: exec, command: [/bin/true]}", Input()));

    [Fact]
    public void Conditions_that_are_not_known_are_told_as_not_checked() => Assert.Equal(
        ["Hint: not checked: ip filter INPUT (limit): has rules that may drop checks or answers to them, by conditions "
            + "that are not known here"],
        Find(Host, Input(new FilterRule([new UnknownCondition("limit")], FilterVerdict.Accept))));

    private static FilterChain Input(params FilterRule[] rules) =>
        new("ip", "filter", "INPUT", rules) { Hook = FilterHook.Input, IsDropping = true };

    private static string[] Find(HostSnapshot host, FilterChain chain) =>
        Find(host, TargetHealth.Bad, "{type: http}", chain);

    private static string[] Find(
        HostSnapshot host, TargetHealth health, string check, FilterChain chain, string error = "")
    {
        var desired = Document.Read(
            "lb.yaml",
            System.Text.Encoding.UTF8.GetBytes($$"""
                pools: [{name: p, N: 1, check: {{check}}, targets: [{mark: 101, via: 192.0.2.1}]}]
                flows: [{name: f, target: p, dsts: 203.0.113.10}]
                """),
            SlotsInUse.None);
        var target = desired.Pools[0].Targets[0];
        var way = new WayReport(target.Via4!.Value, true, true, true, "eth1", null);
        var report = new TargetReport(desired.Pools[0], target, SlotState.Active, way, null, 1, null)
        {
            Verdict = new TargetVerdict(desired.Pools[0].Name, 0, "slot 0", health) { Error = error },
        };
        return Said.By(new CheckWayCheck(host with { Filters = new([chain]) }, [report]).Findings(desired));
    }
}
