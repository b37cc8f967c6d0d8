using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>What the kernel lists is understood, from its bytes in tests/data/nftables.</summary>
public sealed class NftDecodingTests
{
    [Fact]
    public void Chains() => Assert.Equal(
        [("nfqlb", NftChain.Prerouting), ("nfqlb", NftChain.Output), ("nfqlb", NftChain.Raw)],
        Capture.Of("listing.txt").Read(NFT_MSG_NEWCHAIN, NftChain.Read));

    [Fact]
    public void Sets() => Assert.Equal(
        [("nfqlb", NftSet.Of(VipFamily.Ipv4)), ("nfqlb", NftSet.Of(VipFamily.Ipv6))],
        Capture.Of("listing.txt").Read(NFT_MSG_NEWSET, NftSet.Read));

    /// <summary>Each set takes its own from what is listed.</summary>
    [Fact]
    public void Elements()
    {
        string[] ipv4 =
        [
            "10.0.0.0/24", "10.0.1.0/24", "127.0.0.1/32", "172.16.0.0/24 (/12)",
            "172.16.1.0-172.31.255.255 (/24)", "224.0.0.0/3",
        ];
        string[] ipv6 = ["2001:db8::/64", "fe00::/8 (/8,128)", "ff00::/8"];

        Assert.Equal(ipv4, ReadElements(VipFamily.Ipv4));
        Assert.Equal(ipv6, ReadElements(VipFamily.Ipv6));
    }

    [Fact]
    public void Rules()
    {
        string[] expected =
        [
            "rule prerouting: meta nfproto == 2 ip daddr @vip4 counter",
            "rule prerouting: meta nfproto == 10 ip6 daddr @vip6 counter",
            "rule output: meta nfproto == 2 ip protocol == 1 ip daddr @vip4 counter",
            "rule output: meta l4proto == 58 meta nfproto == 10 ip6 daddr @vip6 counter",
            "rule raw: meta nfproto == 2 ip daddr @vip4 notrack",
            "rule raw: meta nfproto == 10 ip6 daddr @vip6 notrack",
            "rule raw: meta nfproto == 2 ip saddr @vip4 notrack",
            "rule raw: meta nfproto == 10 ip6 saddr @vip6 notrack",
        ];
        var rules = Capture.Of("listing.txt").Read(NFT_MSG_NEWRULE, NftRule.Read);

        Assert.Equal(expected, rules.Select(rule => $"{rule.Rule}"));
        Assert.All(rules, rule => Assert.Equal("nfqlb", rule.Table));
        Assert.All(rules, rule => Assert.NotEqual(0ul, rule.Rule.Handle));

        // Three packets of 33 bytes and the error for each, 61 bytes, of which the host itself made the latter.
        Assert.Equal((6ul, 282ul), Counted(rules[0].Rule));
        Assert.Equal((3ul, 183ul), Counted(rules[2].Rule));
    }

    [Fact]
    public void NFQUEUE_is_listed_by_the_kernel_as_it_was_given()
    {
        var rules = Capture.Of("nfqueue-target.txt").Read(NFT_MSG_NEWRULE, NftRule.Read).ConvertAll(rule => rule.Rule);
        var balanced = QueuesOf("0:3") with { Bypass = true, FanOut = true };

        Assert.Equal([balanced, QueuesOf("2"), balanced, QueuesOf("2")], rules.Select(rule => rule.Queue));
        Assert.All(rules, rule => Assert.Equal(QueueKind.Xtables, rule.Kind));
    }

    /// <summary>The expression alone: iptables has its own rule around it.</summary>
    [Fact]
    public void NFQUEUE_is_sent_as_iptables_sends_it()
    {
        var balanced = QueuesOf("0:3") with { Bypass = true, FanOut = true };
        string[] sent = [.. Capture.Of("nfqueue-target.txt").Lines];

        Assert.Contains(Written(new QueueByTarget(balanced)), sent[0], StringComparison.Ordinal);
        Assert.Contains(Written(new QueueByTarget(QueuesOf("2"))), sent[1], StringComparison.Ordinal);
    }

    /// <remarks>No kernel here has it, so this is nft's request; a kernel lists flags of 0, too.</remarks>
    [Theory]
    [InlineData("0:3", 3, "queue flags bypass,fanout to 0-3")]
    [InlineData("0:3", 1, "queue flags bypass to 0-3")]
    [InlineData("7", 2, "queue flags fanout to 7")]
    [InlineData("1:65535", 0, "queue to 1-65535")]
    public void Queue_rules_come_back_in_both_kinds(string range, int flags, string text)
    {
        var rule = QueuesOf(range) with { Bypass = (flags & 1) != 0, FanOut = (flags & 2) != 0 };

        Assert.Equal(text, $"{rule}");
        Assert.Equal(new QueueNatively(rule), Read(Written(new QueueNatively(rule))));
        Assert.Equal(new QueueByTarget(rule), Read(Written(new QueueByTarget(rule))));
    }

    /// <summary>Whatever this program does not write is not taken for what it writes.</summary>
    [Theory]
    [InlineData("08000100000000010800020000000001", "cmp: not equal")]
    [InlineData("08000100000000020800020000000000", "cmp: another register")]
    public void Other_comparisons_are_unknown(string start, string why)
    {
        string ours = Written(new Compare(2));
        string others = ours.Replace("08000100000000010800020000000000", start, StringComparison.Ordinal);

        Assert.NotEqual(ours, others);
        Assert.True(Read(others) is UnknownExpression { Name: "cmp" }, why);
    }

    [Fact]
    public void Not_in_the_set_is_unknown()
    {
        string ours = Written(new LookUp("vip4"));

        // NFTA_LOOKUP_SET_ID of 1 becomes NFTA_LOOKUP_FLAGS with NFT_LOOKUP_F_INV.
        string others = ours.Replace("0800040000000001", "0800050000000001", StringComparison.Ordinal);
        Assert.Equal(new LookUp("vip4"), Read(ours));
        Assert.Equal(new UnknownExpression("lookup"), Read(others));
    }

    [Fact]
    public void Queues_beyond_the_last_are_unknown()
    {
        string ours = Written(new QueueNatively(QueuesOf("65530:65535")));
        Assert.Contains("06000100fffa0000" + "0600020000060000", ours, StringComparison.Ordinal);

        foreach (string total in (string[])["0007", "0000"])
        {
            string others = ours.Replace("0600020000060000", $"06000200{total}0000", StringComparison.Ordinal);
            Assert.Equal(new UnknownExpression("queue"), Read(others));
        }
    }

    [Fact]
    public void A_rule_of_too_many_queues_is_refused() =>
        Assert.Equal(
            "queue range 0:65535: a rule holds at most 65535 queues",
            Assert.Throws<ArgumentException>(() => QueuesOf("0:65535")).Message);

    private static IEnumerable<string> ReadElements(VipFamily family)
    {
        var elements = new NftElements(family);
        Capture.Of("listing.txt").Read(NFT_MSG_NEWSETELEM, attributes =>
        {
            elements.Read(attributes);
            return 0;
        });
        Assert.False(elements.HasOthers);
        return elements.ToList().Select(element => element.Text(family));
    }

    /// <summary>An NFTA_LIST_ELEM as it is sent.</summary>
    private static string Written(NftExpression expression)
    {
        var writer = new NetlinkWriter();
        expression.Write(writer);
        return Convert.ToHexStringLower(writer.Written);
    }

    private static NftExpression Read(string written)
    {
        var list = new NetlinkAttributes(Convert.FromHexString(written));
        Assert.True(list.Next());
        return NftExpression.Read(list.Nested);
    }

    private static (ulong Packets, ulong Bytes) Counted(NftRule rule) => (rule.Counter!.Packets, rule.Counter.Bytes);
}
