using Nfqlb.Linux.Interop;
using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Queues;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>The table in the real kernel, each time in a network namespace of its own.</summary>
public sealed class VipTableTests
{
    private static readonly NftablesState Wanted = new(
        Set("10.0.0.0/24 10.0.1.0/24 172.16.0.0/12 172.16.1.0/24 224.0.0.0/3 2001:db8::/64 ff00::/8"),
        QueuesOf("0:3") with { Bypass = true, FanOut = true },
        WithoutConntrack: true);

    [KernelFact]
    public void Set_read_change_delete() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        Assert.False(table.Read().Exists);
        Assert.Null(table.Read().State);
        Assert.False(table.Delete());

        Assert.Contains("+ table inet nfqlb", table.Set(Wanted).Lines);
        Assert.Equal(Wanted, table.Read().State);

        var second = State("10.0.0.0/24 2001:db8::/64 2001:db8:1::/64", "1:2");
        table.Set(second);
        Assert.Equal(second, table.Read().State);

        Assert.True(table.Delete());
        Assert.False(table.Read().Exists);
        Assert.Equal("", Nft("list ruleset"));
    });

    [KernelFact]
    public void Nft_lists_what_is_meant() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(Wanted);

        // For the target of iptables some versions of nft write what it does, others its name.
        string queue = (table.Read().Kind, Nft("list ruleset").Contains("queue num", StringComparison.Ordinal)) switch
        {
            (QueueKind.Native, _) => "queue flags bypass,fanout to 0-3",
            (_, true) => "queue num 0-3 bypass,fanout",
            _ => "xt target \"NFQUEUE\"",
        };
        string expected = $$"""
            table inet nfqlb {
              set vip4 {
                type ipv4_addr
                flags interval
                elements = { 10.0.0.0/24, 10.0.1.0/24,
                  172.16.0.0/24 comment "/12", 172.16.1.0-172.31.255.255 comment "/24",
                  224.0.0.0/3 }
              }
              set vip6 {
                type ipv6_addr
                flags interval
                elements = { 2001:db8::/64,
                  ff00::/8 }
              }
              chain prerouting {
                type filter hook prerouting priority mangle; policy accept;
                meta priority 6e66:7100 accept
                ip daddr @vip4 counter packets 0 bytes 0 {{queue}}
                ip6 daddr @vip6 counter packets 0 bytes 0 {{queue}}
              }
              chain output {
                type route hook output priority mangle; policy accept;
                ip protocol icmp ip daddr @vip4 counter packets 0 bytes 0 {{queue}}
                meta l4proto ipv6-icmp ip6 daddr @vip6 counter packets 0 bytes 0 {{queue}}
              }
              chain raw {
                type filter hook prerouting priority -450; policy accept;
                ip daddr @vip4 notrack
                ip6 daddr @vip6 notrack
                ip saddr @vip4 notrack
                ip6 saddr @vip6 notrack
              }
            }
            """;
        Assert.Equal(Words(expected), Words(Nft("list ruleset")));
    });

    [KernelFact]
    public void The_same_twice_sends_nothing() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(Wanted);
        uint generation = table.Read().Generation;

        Assert.True(table.Set(Wanted).IsEmpty);
        Assert.Equal(generation, table.Read().Generation);
    });

    [KernelFact]
    public void Only_what_differs_is_changed() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(Wanted);

        Assert.Equal(
            ["- element vip4 10.0.1.0/24", "+ element vip4 10.0.2.0/24"],
            table.Set(Wanted with
            {
                Vips = Wanted.Vips.Except([Prefix("10.0.1.0/24")]).Union([Prefix("10.0.2.0/24")]),
            }).Lines);
        table.Set(Wanted);
        Assert.Equal(
            [
                "- element vip4 172.16.0.0/24 (/12)",
                "- element vip4 172.16.1.0-172.31.255.255 (/24)",
                "+ element vip4 172.16.0.0/12",
            ],
            table.Set(Wanted with { Vips = Wanted.Vips.Except([Prefix("172.16.1.0/24")]) }).Lines);
        var lines = table.Set(Wanted with { WithoutConntrack = false }).Lines.ToList();
        Assert.DoesNotContain("- chain raw", lines); // it would take packets with it that wait in queues
        Assert.Contains("- rule raw: meta nfproto == 2 ip daddr @vip4 notrack", lines);
        Assert.DoesNotContain(lines, line => line.Contains("prerouting", StringComparison.Ordinal));
    });

    /// <summary>Whatever is done to the table, the state shows it or not, but is put right.</summary>
    [KernelFact]
    public void What_others_did_is_put_right() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(Wanted);
        string[] right = Parts(Nft("list ruleset"));
        string[] meddling =
        [
            "flush ruleset",
            "flush table inet nfqlb",
            "add table inet nfqlb { flags dormant; }",
            "flush set inet nfqlb vip4",
            "flush chain inet nfqlb output",
            "delete element inet nfqlb vip4 { 10.0.0.0/24 }",
            "add element inet nfqlb vip4 { 192.0.2.1-192.0.2.6 }",
            "add element inet nfqlb vip6 { 2001:db8:7::/48 comment \"mine\" }",
            "insert rule inet nfqlb prerouting accept",
            "insert rule inet nfqlb raw ip daddr != @vip4 notrack",
            "add chain inet nfqlb output { type route hook output priority mangle; policy drop; }",
            "flush chain inet nfqlb raw; delete chain inet nfqlb raw; add chain inet nfqlb raw",
            "flush chain inet nfqlb raw; delete chain inet nfqlb raw; "
                + "add chain inet nfqlb raw { type filter hook prerouting priority -300; }",
            "delete table inet nfqlb; add table inet nfqlb; "
                + "add set inet nfqlb vip4 { type ipv4_addr; elements = { 10.0.0.0 } }",
        ];
        foreach (string what in meddling)
        {
            PrivateNetwork.Command("nft", "-f -", what);

            Assert.False(table.Set(Wanted).IsEmpty, what);
            Assert.Equal(Wanted, table.Read().State);
            Assert.Equal(right, Parts(Nft("list ruleset")));
        }
    });

    [KernelFact]
    public void Tables_of_others_are_left_and_not_seen() => PrivateNetwork.Run(() =>
    {
        const string others = """
            table ip nfqlb {
              set vip4 { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }
              chain prerouting { type filter hook prerouting priority mangle; ip daddr @vip4 counter drop; }
            }
            table inet nfqlb2 {
              chain prerouting { type filter hook prerouting priority mangle; counter; }
            }
            table netdev nfqlb {
            }
            """;
        PrivateNetwork.Command("nft", "-f -", others);
        string before = Nft("list ruleset");
        using var table = VipTable.Open();
        Assert.False(table.Read().Exists);

        table.Set(Wanted);
        Assert.Equal(9, table.Read().Listing.Count());
        Assert.Equal(Wanted, table.Read().State);
        table.Set(State("192.0.2.1/32"));
        table.Delete();

        Assert.Equal(before, Nft("list ruleset"));
    });

    [KernelFact]
    public void What_others_put_into_the_table_stays_beside_ours() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        table.Set(Wanted);
        Nft("add set inet nfqlb theirs { type ipv4_addr; }");
        Nft("add chain inet nfqlb theirs { type filter hook input priority 0; }");
        Nft("add rule inet nfqlb theirs ip saddr @theirs counter");

        Assert.True(table.Set(Wanted).IsEmpty);
        table.Set(State("10.0.0.1/32", "7"));
        Assert.Contains("ip saddr @theirs counter", Nft("list ruleset"), StringComparison.Ordinal);
    });

    [KernelFact]
    public void A_refusal_names_the_change_and_carries_the_kernels_words() => PrivateNetwork.Run(() =>
    {
        using var table = VipTable.Open();
        Nft("add table inet nfqlb");
        Nft("add chain inet nfqlb output");
        Nft("add chain inet nfqlb theirs");
        Nft("add rule inet nfqlb theirs jump output");
        Nft("add set inet nfqlb vip4 { type ipv4_addr; flags interval; }");
        Nft("add set inet nfqlb vip6 { type ipv6_addr; flags interval; }");
        string before = Nft("list ruleset");
        var error = Assert.Throws<NetlinkException>(() => table.Set(Wanted));

        Assert.Equal(LibC.EBUSY, error.Errno);
        Assert.Equal("- chain output: Device or resource busy", error.Message);
        Assert.Equal(before, Nft("list ruleset"));
    });

    private static string Nft(string arguments) => PrivateNetwork.Command("nft", arguments);

    /// <summary>Sets and chains; a chain that was made anew is listed last.</summary>
    private static string[] Parts(string listing) =>
        [.. listing[..listing.LastIndexOf('}')].Split("\n\n").Select(part => part.Trim()).Order()];

    private static string[] Words(string text) =>
        text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
