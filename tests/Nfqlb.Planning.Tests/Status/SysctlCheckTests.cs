using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;

namespace Nfqlb.Planning.Tests.Status;

public class SysctlCheckTests
{
    private static readonly UsedFamilies Both = new(HasIpv4: true, HasIpv6: true, IsGuess: false);

    [Fact]
    public void Forwarding_must_be_on_for_the_families_in_use()
    {
        var check = Of(("net.ipv4.ip_forward", "0"), ("net.ipv6.conf.all.forwarding", "1"));
        Assert.Equal(
            [
                "Bad: net.ipv4.ip_forward = 0: no packet is forwarded to a target -> sysctl -w net.ipv4.ip_forward=1",
                "Ok: net.ipv6.conf.all.forwarding = 1",
            ],
            Said.By(check.Forwarding(Both)));
        Assert.Equal(
            ["Ok: net.ipv6.conf.all.forwarding = 1"], Said.By(check.Forwarding(Both with { HasIpv4 = false })));
        Assert.StartsWith("Warn", Said.By(check.Forwarding(Both with { IsGuess = true }))[0]);
    }

    [Theory] // As the kernel reckons: the greater one of all and the link's own.
    [InlineData("0", "0", false)]
    [InlineData("0", "1", true)]
    [InlineData("1", "0", true)]
    [InlineData("1", "2", false)]
    [InlineData("2", "1", false)]
    public void A_strict_filter_is_found(string all, string own, bool isStrict) => Assert.Equal(
        isStrict
            ? ["Warn: rp_filter is strict on eth0.7: what comes by another link than it leaves by is dropped"
                + " -> sysctl -w net/ipv4/conf/eth0.7/rp_filter=2"]
            : ["Ok: rp_filter is strict nowhere"],
        Said.By(Of(("net.ipv4.conf.all.rp_filter", all), ("net/ipv4/conf/eth0.7/rp_filter", own))
            .ReversePath(["eth0.7"], areVipsRouted: true)));

    /// <summary>A loose filter asks for some way back, so without one it drops as well.</summary>
    [Fact]
    public void Where_no_route_leads_to_virtual_addresses_the_filter_has_to_go()
    {
        var check = Of(("net.ipv4.conf.all.rp_filter", "1"), ("net/ipv4/conf/eth1/rp_filter", "2"));
        string[] found = Said.By(check.ReversePath(["eth0", "eth1"], areVipsRouted: false));
        Assert.EndsWith("-> sysctl -w net/ipv4/conf/all/rp_filter=0 net/ipv4/conf/eth0/rp_filter=0", found[0]);
        Assert.StartsWith("Hint: rp_filter is loose on eth1, and no route leads to virtual addresses", found[1]);
        Assert.DoesNotContain(
            "is loose", string.Concat(Said.By(check.ReversePath(["eth0", "eth1"], areVipsRouted: true))));
    }

    [Fact]
    public void A_strict_filter_that_looks_at_marks_drops_all() => Assert.StartsWith(
        "Bad: rp_filter is strict on eth0, and src_valid_mark is on",
        Said.By(Of(("net/ipv4/conf/eth0/rp_filter", "1"), ("net.ipv4.conf.all.src_valid_mark", "1"))
            .ReversePath(["eth0"], areVipsRouted: true))[0]);

    [Fact]
    public void New_links_would_be_strict() => Assert.Equal(
        "Warn: rp_filter will be strict on new links -> sysctl -w net.ipv4.conf.default.rp_filter=2",
        Said.By(Of(("net.ipv4.conf.default.rp_filter", "1")).ReversePath([], areVipsRouted: true))[^1]);

    [Fact]
    public void Reflected_marks_lead_errors_astray() => Assert.Equal(
        [
            "Warn: net.ipv4.fwmark_reflect = 1: ICMP errors for clients go to targets"
                + " -> sysctl -w net.ipv4.fwmark_reflect=0",
            "Ok: net.ipv6.fwmark_reflect = 0",
        ],
        Said.By(Of(("net.ipv4.fwmark_reflect", "1"), ("net.ipv6.fwmark_reflect", "0")).Reflection(Both)));

    [Fact]
    public void Tracked_connections_are_told_unless_they_are_kept_away()
    {
        var check = Of(("net.netfilter.nf_conntrack_count", "12"), ("net.netfilter.nf_conntrack_max", "100"));
        Assert.Equal(
            ["Warn: connections are tracked, 12 of at most 100: a balancer without state does not need it"
                + " -> nfqlb vip-set --vips=10.0.0.1/32 --notrack=yes"],
            Said.By(check.ConnectionTracking("10.0.0.1/32", isUntracked: false)));
        Assert.Empty(check.ConnectionTracking("10.0.0.1/32", isUntracked: true));
        var full = Of(("net.netfilter.nf_conntrack_count", "100"), ("net.netfilter.nf_conntrack_max", "100"));
        Assert.Equal(
            ["Bad: connections are tracked, 100 of at most 100: packets of new ones are dropped"
                + " -> sysctl -w net.netfilter.nf_conntrack_max=200"],
            Said.By(full.ConnectionTracking("10.0.0.1/32", isUntracked: false)));
        Assert.Empty(Of().ConnectionTracking("10.0.0.1/32", isUntracked: false));
    }

    [Fact]
    public void What_the_file_asks_for_is_compared_whatever_stands_between_the_numbers()
    {
        var check = Of(("net.a.range", "1024\t60000"), ("net.a.one", "5\x1b"), ("net.ipv4.ip_forward", "1"));
        Assert.Equal(
            [
                "Ok: net.a.range = 1024 60000",
                "Bad: net.a.range = 1024 60000: not what the file asks for -> sysctl -w 'net.a.range=1 2'",
                @"Bad: net.a.one = 5\x1b: not what the file asks for -> sysctl -w net.a.one=6",
                "Bad: net.a.none: the kernel has no such setting",
            ],
            Said.By(check.Wanted(
            [
                new("net.a.range", "1024 60000"), new("net.a.range", "1 2"), new("net.a.one", "6"),
                new("net.a.none", "1"),
            ])));
        Assert.Single(check.Forwarding(Both with { HasIpv6 = false }));
        Assert.Empty(check.Wanted([new DesiredSysctl("net.ipv4.ip_forward", "1")]));
    }

    private static SysctlCheck Of(params (string Name, string Value)[] settings) =>
        new(new SysctlValues(settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value)));
}
