using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Set-ups that work: `status` has nothing to say against them, and `why` follows a packet to a target.
/// </summary>
[BesideOthers]
public sealed class GoodHostTests
{
    private const string Targets4 = "{ name: red, mark: 65536, via: [192.0.2.6] }, "
        + "{ name: blue, mark: 131072, via: [192.0.2.10] }";
    private const string Targets6 = """{ name: red, mark: 101, via: ["2001:db8:1::2"] }""";
    private const string Targets = """{ name: red, mark: 101, via: [192.0.2.6, "2001:db8:1::2"] }""";

    private const string Firewall = """

        iptables -P FORWARD DROP
        iptables -A FORWARD -d 203.0.113.0/24 -p tcp --dport 80 -j ACCEPT
        iptables -A FORWARD -s 203.0.113.0/24 -p tcp --sport 80 -j ACCEPT
        nft 'table inet fw { chain block { type filter hook prerouting priority -200; ip daddr 192.0.2.8 drop; }; }'
        """;

    private const string Established = """

        iptables -P FORWARD DROP
        iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP
        iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        iptables -A FORWARD -d 203.0.113.1 -p tcp -m state --state NEW -j ACCEPT
        nft 'table inet fw { chain strict {
            type filter hook forward priority 5; policy drop;
            ct state invalid drop; ct state established,related accept; ct state new ip daddr 203.0.113.1 accept; }; }'
        """;

    private const string OtherRules = """

        ip rule add pref 50 ipproto tcp dport 22 blackhole
        ip rule add pref 51 oif client blackhole
        ip rule add pref 52 uidrange 1000-2000 blackhole
        ip rule add pref 53 from 192.0.2.5 blackhole
        ip rule add pref 54 from 192.0.2.4/30 lookup main
        ip rule add pref 55 lookup main suppress_prefixlength 0
        ip rule add pref 56 iif red to 203.0.113.1 blackhole
        """;

    private const string OtherFilters = """

        iptables -t nat -A PREROUTING -d 203.0.113.77 -p tcp -j DNAT --to 192.0.2.6
        iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -o client -j MASQUERADE
        iptables -t mangle -A POSTROUTING -p tcp --dport 25 -j DROP
        iptables -t mangle -A FORWARD -p udp -j DROP
        nft 'table netdev n {
            chain in { type filter hook ingress device client priority 0; counter; udp dport 1900 drop; };
            chain out { type filter hook egress device red priority 0; counter; };
        }'
        nft 'table inet fw { chain marks {
            type filter hook prerouting priority -100; ip daddr 192.0.2.8 meta mark set 7; }; }'
        """;

    private const string OtherPolicies = """

        ip xfrm policy add dir fwd src 0.0.0.0/0 dst 203.0.113.0/25 priority 1 action allow
        ip xfrm policy add dir fwd src 0.0.0.0/0 dst 203.0.113.0/24 priority 2 action block
        ip xfrm policy add dir out src 0.0.0.0/0 dst 203.0.113.9/32 action block
        ip xfrm policy add dir in src 0.0.0.0/0 dst 203.0.113.1/32 action block
        """;

    /// <summary>Options of flowlb, what is done once it runs, and the address of the family that is asked about.
    /// </summary>
    public static TheoryData<string, string, string, string> SetUps => new()
    {
        { "a document of IPv4 alone", "", Apply("", Targets4, HandMadeHost.Vip4), HandMadeHost.Vip4 },
        { "a document of IPv6 alone", "", Apply("", Targets6, HandMadeHost.Vip6), HandMadeHost.Vip6 },
        {
            "a document of both families", "", Apply("", Targets, $"{HandMadeHost.Vip4}, \"{HandMadeHost.Vip6}\""),
            HandMadeHost.Vip6
        },
        {
            "marks that are shared with others", "--mark-mask=0xff0000",
            Apply("mark_mask: \"0xff0000\"", Targets4, HandMadeHost.Vip4), HandMadeHost.Vip4
        },
        {
            "queues by the CPU", "", Apply("queues: { range: \"0:3\", fanout: true }", Targets4, HandMadeHost.Vip4),
            HandMadeHost.Vip4
        },
        {
            "an egress table", "", "ip route add default via 192.0.2.2 table 4096\n"
                + Apply("", Targets4, "{ prefix: 203.0.113.1, egress_table: 4096 }"), HandMadeHost.Vip4
        },
        { "the fast path", "--fast-path=client", Apply("", Targets4, HandMadeHost.Vip4), HandMadeHost.Vip4 },
        {
            "single commands", "",
            """
            nfqlb init --shm=web --M=997 --N=10
            nfqlb target-set --shm=web --name=red --mark=101 --via=192.0.2.6
            nfqlb target-set --shm=web --name=blue --mark=102 --via=192.0.2.10
            nfqlb flow-set --name=http --target=web --protocols=tcp --dsts=203.0.113.1/32 --dports=80
            nfqlb vip-set --vips=203.0.113.1
            """,
            HandMadeHost.Vip4
        },
        {
            "a firewall that lets virtual addresses through", "",
            Apply("", Targets4, HandMadeHost.Vip4) + Firewall, HandMadeHost.Vip4
        },
        {
            "a firewall that lets answers through which belong to a connection", "",
            Apply("", Targets4, HandMadeHost.Vip4) + Established, HandMadeHost.Vip4
        },
        {
            "rules in front that are for other packets", "",
            Apply("", Targets4, HandMadeHost.Vip4) + OtherRules, HandMadeHost.Vip4
        },
        {
            "filters in all places that are for other packets", "",
            Apply("", Targets4, HandMadeHost.Vip4) + OtherFilters, HandMadeHost.Vip4
        },
        {
            "policies of IPsec for other packets", "",
            Apply("", Targets4, HandMadeHost.Vip4) + OtherPolicies, HandMadeHost.Vip4
        },
        {
            "targets by hand behind masked rules", "--mark-mask=0xff0000",
            """
            nfqlb init --shm=web --M=997 --N=10
            nfqlb activate --shm=web 65536
            ip route add default via 192.0.2.6 table 7
            ip rule add fwmark 0x10000/0xff0000 lookup 7
            nfqlb flow-set --name=http --target=web --dsts=203.0.113.1/32
            nfqlb vip-set --vips=203.0.113.1
            """,
            HandMadeHost.Vip4
        },
    };

    [KernelTheory]
    [MemberData(nameof(SetUps))]
    public void Nothing_is_found(string name, string options, string script, string vip)
    {
        using var sandbox = new Sandbox();
        sandbox.First.Shell(QuietHost.Script + QuietHost.Forwards + HandMadeHost.Network + """
            neighbours red 5 1; neighbours blue 9 2
            """);
        var balancer = new Balancer(sandbox.First);
        var flowlb = balancer.StartFlowlb("0:3", options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        sandbox.First.Shell($"nfqlb() {{ {Executables.Nfqlb} \"$@\" >/dev/null; }}\n{script}");

        CommandResult status = balancer.Nfqlb("status");
        if (options.Contains("fast-path"))
        {
            flowlb.WaitUntil( // The balancer does not wait for it.
                () => !(status = balancer.Nfqlb("status")).Stdout.Contains("not attached yet"), "the fast path");
        }
        Assert.True(status.Stdout.EndsWith("All is well\n"), $"{name}: {status}");
        string[] tuple = vip.Contains(':') ? ["[2001:2::1]:1000", $"[{vip}]:80"] : ["198.18.0.1:1000", $"{vip}:80"];
        CommandResult why = balancer.Nfqlb(["why", .. tuple, "--json"]);
        Assert.True(
            JsonDocument.Parse(why.Stdout).RootElement.GetProperty("is_delivered").GetBoolean(), $"{name}: {why}");
    }

    private static string Apply(string more, string targets, string vips) => $$"""
        nfqlb apply -f - <<'END'
        {{more}}
        pools: [{ name: web, M: 997, N: 10, targets: [{{targets}}] }]
        flows: [{ name: http, target: web, protocols: [tcp], dports: [80] }]
        vips: [{{vips}}]
        END
        """;
}
