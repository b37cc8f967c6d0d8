using System.Text.Json;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>vip-set, vip-delete, vip-list: the table `inet nfqlb`, and where packets from the addresses leave.
/// </summary>
[BesideOthers]
public sealed class VipCommandTests(ControlHost control) : IClassFixture<ControlHost>
{
    [KernelFact]
    public void Addresses_stand_in_a_set_of_each_family_and_their_packets_are_queued()
    {
        control.Begin();

        control.Nfqlb("vip-set", "--vips=203.0.113.1,198.51.100.0/24,2001:db8:99::/64").MustSucceed();

        Assert.Equal(["198.51.100.0/24", "203.0.113.1"], Elements("vip4"));
        Assert.Equal(["2001:db8:99::/64"], Elements("vip6"));
        Assert.Equal(2, Queues("prerouting", "queue num 0-3").Count);
        Assert.Equal(2, Queues("output", "queue num 0-3").Count);
        Assert.Contains("hook prerouting priority mangle", control.State().Nftables);

        control.Nfqlb("vip-set", "--vips=203.0.113.2").MustSucceed();
        Assert.Equal(["198.51.100.0/24", "203.0.113.1", "203.0.113.2"], Elements("vip4"));

        control.Nfqlb("vip-delete", "--vips=203.0.113.1,198.51.100.0/24,192.0.2.77").MustSucceed();
        Assert.Equal(["203.0.113.2"], Elements("vip4"));
        Assert.Equal(["2001:db8:99::/64"], Elements("vip6"));

        control.Nfqlb("vip-delete", "--vips=203.0.113.2,2001:db8:99::/64").MustSucceed();
        Assert.Equal("", control.State().Nftables);
    }

    [KernelFact]
    public void The_same_again_and_what_is_there_already_change_nothing()
    {
        control.Begin();
        control.Nfqlb("vip-set", "--vips=203.0.113.1,10.64.0.0/10,10.65.0.0/16,2001:db8:99::1", "--egress-table=4096")
            .MustSucceed();
        KernelState before = control.State();

        IReadOnlyList<string> notices = Quiet.NoticesDuring(control.Host, () =>
        {
            control.Nfqlb("vip-set", "--vips=203.0.113.1,10.64.0.0/10", "--egress-table=4096").MustSucceed();
            control.Nfqlb("vip-set", "--vips=2001:db8:99::1").MustSucceed();
            control.Nfqlb("vip-set", "--vips=10.65.0.0/16", "--queue=0:3", "--fanout=no", "--bypass=no").MustSucceed();
            control.Nfqlb("vip-delete", "--vips=10.64.0.0/16,2001:db8::/32").MustSucceed();
        });

        Assert.Empty(notices);
        control.State().MustBe(before);
    }

    [KernelFact]
    public void A_change_is_one_transaction_that_touches_no_other_table()
    {
        control.Begin();
        control.Host.Shell("""
            iptables -t mangle -A PREROUTING -d 192.0.2.1 -j MARK --set-mark 9
            nft add table inet mine
            nft add chain inet mine prerouting '{ type filter hook prerouting priority -151; }'
            nft add rule inet mine prerouting ip daddr 192.0.2.2 counter
            nft add set inet mine vip4 '{ type ipv4_addr; elements = { 192.0.2.3 } ; }'
            """);
        string foreign = control.State().Nftables;

        control.Nfqlb("vip-set", "--vips=203.0.113.1").MustSucceed();
        string[] notices =
        [
            .. Quiet.NoticesDuring(
                control.Host, () => control.Nfqlb("vip-set", "--vips=203.0.113.9,2001:db8::/64").MustSucceed()),
        ];

        Assert.Equal(2, notices.Length);
        Assert.All(notices, notice => Assert.Matches(@"^add element inet nfqlb vip[46] ", notice));
        Assert.Contains(foreign.Trim(), WithoutOurs(control.State().Nftables));
        control.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal(foreign, control.State().Nftables);
    }

    [KernelFact]
    public void Queue_options_hold_until_others_are_given()
    {
        control.Begin();
        control.Nfqlb("vip-set", "--vips=203.0.113.1", "--queue=4:6", "--fanout=yes", "--bypass=yes").MustSucceed();
        Assert.NotEmpty(Queues("prerouting", "queue num 4-6 bypass,fanout", "queue flags bypass,fanout to 4-6"));

        control.Nfqlb("vip-set", "--vips=203.0.113.2").MustSucceed();
        Assert.NotEmpty(Queues("prerouting", "queue num 4-6 bypass,fanout", "queue flags bypass,fanout to 4-6"));

        control.Nfqlb("vip-set", "--vips=203.0.113.2", "--queue=7", "--fanout=no", "--bypass=no").MustSucceed();
        Assert.NotEmpty(Queues("prerouting", "queue num 7\n", "queue to 7\n"));
        Assert.NotEmpty(Queues("output", "queue num 7\n", "queue to 7\n"));
        Assert.DoesNotContain("notrack", control.State().Nftables);

        control.Nfqlb("vip-set", "--vips=203.0.113.2", "--notrack=yes").MustSucceed();
        Assert.Matches(@"ip daddr @vip4 .*notrack", control.State().Nftables);
        Assert.Matches(@"ip6 daddr @vip6 .*notrack", control.State().Nftables);

        control.Nfqlb("vip-set", "--vips=203.0.113.2", "--notrack=no").MustSucceed();
        Assert.DoesNotContain("notrack", control.State().Nftables);
    }

    [KernelFact]
    public void Packets_from_an_address_leave_by_the_egress_table_or_not_at_all()
    {
        control.Begin();
        KernelState before = control.State();
        control.Host.Shell($"ip route add default via {ControlHost.Via4(1, 1)}");
        control.Nfqlb("vip-set", "--vips=203.0.113.0/24,2001:db8:99::1", "--egress-table=4096").MustSucceed();

        Assert.NotEqual(0, Leave("203.0.113.7").ExitCode);
        Assert.Contains(ControlHost.Via4(1, 1), Leave("203.0.114.7").Stdout);
        control.Host.Shell($"ip route add default via {ControlHost.Via4(2, 9)} table 4096");
        Assert.Contains(ControlHost.Via4(2, 9), Leave("203.0.113.7").Stdout);
        control.Host.Shell("ip route del default table 4096");

        control.Nfqlb("vip-set", "--vips=203.0.113.0/24", "--egress-table=4097").MustSucceed();
        Assert.Contains("from 203.0.113.0/24 lookup 4097", control.State().Rules4);
        Assert.DoesNotContain("4096", control.State().Rules4);
        Assert.Contains("from 2001:db8:99::1 lookup 4096", control.State().Rules6);
        Assert.Contains("from 2001:db8:99::1 blackhole", control.State().Rules6);

        control.Nfqlb("vip-set", "--vips=203.0.113.0/24", "--egress-table=0").MustSucceed();
        control.Nfqlb("vip-delete", "--vips=2001:db8:99::1").MustSucceed();
        control.Host.Shell("ip route del default");
        Assert.Equal((before.Rules4, before.Rules6, before.Routes),
            (control.State().Rules4, control.State().Rules6, control.State().Routes));
    }

    [KernelFact]
    public void The_list_tells_asked_for_and_actual()
    {
        control.Begin();
        control.Nfqlb("vip-set", "--vips=203.0.113.1,203.0.113.2", "--egress-table=4096").MustSucceed();
        control.Host.Shell("""
            nft delete element inet nfqlb vip4 '{ 203.0.113.1 }'
            nft add element inet nfqlb vip4 '{ 203.0.113.9 }'
            """);

        JsonElement[] vips = [.. List().GetProperty("vips").EnumerateArray()];

        Assert.Equal(
            ["203.0.113.1/32 True False", "203.0.113.2/32 True True", "203.0.113.9/32 False True"],
            vips.Select(vip => $"{vip.GetProperty("prefix").GetString()} {vip.GetProperty("wanted").GetBoolean()} "
                + $"{vip.GetProperty("queued").GetBoolean()}").Order());
        Assert.Equal(2, vips.Count(vip => vip.TryGetProperty("egress_table", out JsonElement table)
            && table.GetInt32() == 4096));
        string[] kinds = [.. List().GetProperty("rules").EnumerateArray()
            .Select(rule => rule.GetProperty("queues_by").GetString()).OfType<string>().Distinct()];
        Assert.Contains(Assert.Single(kinds), (string[])["nftables", "xtables"]);

        // Whatever is asked next puts it right.
        control.Nfqlb("vip-set", "--vips=203.0.113.1").MustSucceed();
        Assert.Equal(["203.0.113.1", "203.0.113.2"], Elements("vip4"));
    }

    private CommandResult Leave(string source) =>
        control.Host.Run("ip", "route", "get", "198.51.100.1", "from", source, "iif", "left");

    private JsonElement List() =>
        JsonDocument.Parse(control.Nfqlb("vip-list", "--json").MustSucceed().Stdout).RootElement;

    private string[] Elements(string set)
    {
        Match match = Regex.Match(control.State().Nftables,
            $$"""set {{set}} \{.*?elements = \{(.*?)\}""", RegexOptions.Singleline);
        return [.. match.Groups[1].Value.Split(',').Select(part => part.Trim()).Where(part => part.Length > 0).Order()];
    }

    /// <summary>The rules of a chain that queue in one of these ways: nft and xtables say it differently.</summary>
    private IReadOnlyList<string> Queues(string chain, params string[] either)
    {
        Match match = Regex.Match(
            control.State().Nftables, $$"""chain {{chain}} \{.*?\n\t\}""", RegexOptions.Singleline);
        string text = Regex.Replace(match.Value, @" ?# handle \d+", "");
        return [.. either.SelectMany(way => Enumerable.Repeat(way, text.Split(way).Length - 1))];
    }

    private static string WithoutOurs(string nftables) =>
        Regex.Replace(nftables, @"table inet nfqlb \{.*?\n\}[^\n]*\n?", "", RegexOptions.Singleline).Trim();
}
