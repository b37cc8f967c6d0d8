using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Rules as messages, against what `ip rule` sends and receives for the same.</summary>
public sealed class RuleBytesTests
{
    /// <summary>Where fib_rule_hdr has its action, in what is compared: `type flags header`.</summary>
    private const int ActionAt = 10 + (2 * 7);

    private static readonly RoutingRule[] Ipv4 =
    [
        new(IpFamily.Ipv4, 100, LookUp(101)) { Fwmark = FwmarkMatch.Exactly(0x65) },
        new(IpFamily.Ipv4, 101, LookUp(1001)) { Fwmark = new(0x60, 0xf0) },
        new(IpFamily.Ipv4, 200, LookUp(4096)) { From = Block("10.0.0.0/24") },
        new(IpFamily.Ipv4, 300, RuleAction.GoTo(400)) { Fwmark = new(0, 0xff00), IsInverted = true },
        new(IpFamily.Ipv4, 400, RuleAction.Nop),
        new(IpFamily.Ipv4, 500, RuleAction.Blackhole) { From = Block("10.0.0.1/32") },
    ];

    private static readonly RoutingRule[] Ipv6 =
    [
        new(IpFamily.Ipv6, 101, LookUp(1001)) { Fwmark = new(0x60, 0xf0) },
        new(IpFamily.Ipv6, 200, LookUp(4096)) { From = Block("2001:db8::/32"), To = Block("fd00::/8") },
        new(IpFamily.Ipv6, 500, RuleAction.Unreachable) { From = Block("2001:db8::1/128"), IncomingLink = "lb0" },
    ];

    private readonly RoutingBatch _batch = new();

    private string Encoded => RecordedIp.Compared(_batch.Requests.Writer.Written);

    [Fact]
    public void With_a_mask()
    {
        _batch.Add(Ipv4[1]);
        Assert.Equal(Sent("ip rule add priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78"), Encoded);
    }

    [Fact]
    public void With_a_mask_in_ipv6()
    {
        _batch.Add(Ipv6[0]);
        Assert.Equal(Sent("ip -6 rule add priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78"), Encoded);
    }

    /// <summary>ip(8) leaves the mask out, and the kernel takes it to be all ones; here it is always said.</summary>
    [Fact]
    public void With_a_whole_mark()
    {
        _batch.Add(Ipv4[0]);
        const string mask = "08001000ffffffff";
        Assert.Contains(mask, Encoded, StringComparison.Ordinal);
        Assert.Equal(
            Sent("ip rule add priority 100 fwmark 0x65 lookup 101 protocol 78"),
            Encoded.Replace(mask, "", StringComparison.Ordinal));
    }

    [Fact]
    public void From_a_prefix()
    {
        _batch.Add(Ipv4[2]);
        Assert.Equal(Sent("ip rule add priority 200 from 10.0.0.0/24 lookup 4096 protocol 78"), Encoded);
    }

    [Fact]
    public void From_and_to_prefixes()
    {
        _batch.Add(Ipv6[1]);
        Assert.Equal(
            Sent("ip -6 rule add priority 200 from 2001:db8::/32 to fd00::/8 lookup 4096 protocol 78"), Encoded);
    }

    [Fact]
    public void Inverted_with_a_place_to_go_to()
    {
        _batch.Add(Ipv4[3]);
        Assert.Equal(Sent("ip rule add not priority 300 fwmark 0x0/0xff00 goto 400 protocol 78"), Encoded);
    }

    [Fact]
    public void A_place_to_go_to()
    {
        _batch.Add(Ipv4[4]);
        Assert.Equal(Sent("ip rule add priority 400 nop protocol 78"), Encoded);
    }

    [Fact]
    public void Unreachable_by_a_link()
    {
        _batch.Add(Ipv6[2]);
        Assert.Equal(
            Sent("ip -6 rule add priority 500 from 2001:db8::1/128 iif lb0 unreachable protocol 78"), Encoded);
    }

    [Fact]
    public void Blackhole()
    {
        _batch.Add(Ipv4[5]);
        Assert.Equal(Sent("ip rule add priority 500 from 10.0.0.1/32 blackhole protocol 78"), Encoded);
    }

    /// <summary>ip(8) does not say that the rule to delete is one that looks up; here it is said.</summary>
    [Fact]
    public void Deleted()
    {
        _batch.Delete(Ipv4[1]);
        Assert.Equal('1', Encoded[ActionAt + 1]);
        Assert.Equal(
            Sent("ip rule del priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78"),
            Encoded[..ActionAt] + "00" + Encoded[(ActionAt + 2)..]);
    }

    [Fact]
    public void Deleted_in_ipv6()
    {
        _batch.Delete(Ipv6[1]);
        Assert.Equal(
            Sent("ip -6 rule del priority 200 from 2001:db8::/32 to fd00::/8 lookup 4096 protocol 78"),
            Encoded[..ActionAt] + "00" + Encoded[(ActionAt + 2)..]);
    }

    [Fact]
    public void A_listing_in_ipv4()
    {
        var rules = RecordedIp.Decode("ip rule show", RTM_NEWRULE, RoutingRule.Decode);

        Assert.Equal(
            [
                "priority 0 lookup local protocol 2",
                "priority 100 fwmark 0x65 lookup 101 protocol 78",
                "priority 101 fwmark 0x60/0xf0 lookup 1001 protocol 78",
                "priority 200 from 10.0.0.0/24 lookup 4096 protocol 78",
                "not priority 300 fwmark 0x0/0xff00 goto 400 protocol 78",
                "priority 400 nop protocol 78",
                "priority 500 from 10.0.0.1/32 blackhole protocol 78",
                "priority 600 fwmark 0x7 ipproto 6 dport 80 lookup 7 protocol 0",
                "priority 601 lookup main protocol 0",
                "priority 602 prohibit protocol 0",
                "priority 32766 lookup main protocol 2",
                "priority 32767 lookup default protocol 2",
            ],
            rules.Select(rule => rule.Words));
        Assert.Equal([601u, 602u], rules.Where(rule => rule.HasOtherConditions).Select(rule => rule.Priority));
        Assert.Equal([602u], rules.Where(rule => rule.TellsPacketsApart).Select(rule => rule.Priority));
        Assert.Equal(Ipv4, rules.Where(rule => rule.Protocol == RoutingProtocol.Nfqlb));
    }

    [Fact]
    public void A_listing_in_ipv6()
    {
        var rules = RecordedIp.Decode("ip -6 rule show", RTM_NEWRULE, RoutingRule.Decode);

        Assert.Equal(Ipv6, rules.Where(rule => rule.Protocol == RoutingProtocol.Nfqlb));
        Assert.Equal(
            "ipv6 rule priority 500 from 2001:db8::1/128 iif lb0 unreachable protocol 78", $"{rules[3]}");
        Assert.All(rules, rule => Assert.False(rule.HasOtherConditions));
    }

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        foreach (var rule in (RoutingRule[])[.. Ipv4, .. Ipv6])
        {
            var batch = new RoutingBatch();
            batch.Add(rule);
            ReadOnlySpan<byte> datagram = batch.Requests.Writer.Written;
            Assert.Equal(rule, RoutingRule.Decode(NetlinkMessage.Take(ref datagram)));
        }
    }

    [Fact]
    public void What_says_nothing_is_not_told_apart()
    {
        var plain = new RoutingRule(IpFamily.Ipv4, 1, RuleAction.Nop);

        Assert.Equal(plain, plain with { From = Block("0.0.0.0/0"), To = Block("0.0.0.0/0"), Fwmark = new(0, 0) });
        Assert.NotEqual(plain, plain with { Fwmark = new(0, 1) });
        Assert.NotEqual(plain, plain with { Family = IpFamily.Ipv6 });
        Assert.NotEqual(plain, plain with { Protocol = RoutingProtocol.Static });
    }

    [Fact]
    public void A_prefix_of_the_other_family_is_refused()
    {
        var plain = new RoutingRule(IpFamily.Ipv4, 1, RuleAction.Nop);

        Assert.Throws<ArgumentException>(() => plain with { From = Block("fd00::/8") });
        Assert.Throws<ArgumentException>(() => plain with { To = Block("::/0") });
    }

    private static string Sent(string command) => RecordedIp.Compared(RecordedIp.Sent(command));
}
