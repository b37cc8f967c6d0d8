using System.Diagnostics;
using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>One thing at a time is broken on a host that was set up by hand: `status` and `why` find it, and what they
/// give as a remedy mends it.</summary>
[BesideOthers]
public sealed class BrokenHostTests(HandMadeHost host) : IClassFixture<HandMadeHost>
{
    private const string Vip4 = HandMadeHost.Vip4, Vip6 = HandMadeHost.Vip6;
    private const string Http4 = $"198.18.0.1:1000 {Vip4}:80", Http6 = $"[2001:2::1]:1000 [{Vip6}]:80";

    /// <summary>What breaks it, what status says, the packet that why is asked about and what it says (empty where it
    /// does not concern one), and what mends it where no command is given.</summary>
    public static TheoryData<string, string, string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, string, string>();
            foreach (var row in ((string, string, string, string, string)[][])
                [
                    QueueRules, Filters, NotChecked, RoutingRules, RoutesAndNeighbours, TheHost, PoolsFlowsAndProcess,
                ])
            {
                foreach (var (fault, said, tuple, reason, mend) in row)
                {
                    rows.Add(fault, said, tuple, reason, mend);
                }
            }
            return rows;
        }
    }

    private static (string, string, string, string, string)[] QueueRules =>
    [
        ("iptables -t mangle -F PREROUTING", $"{Vip4} is no VIP: it is not queued", Http4, "not queued", ""),
        ("ip6tables -t mangle -F PREROUTING", $"{Vip6} is no VIP: it is not queued", Http6, "not queued", ""),
        ("nft flush ruleset", $"{Vip4} is no VIP: it is not queued", Http4, "not queued", ""),
        (Replace("NFQUEUE --queue-balance 8:9"), "nobody reads 8:9: it is dropped", Http4, "nobody reads 8:9", ""),
        (Replace("-p tcp --dport 81", "NFQUEUE --queue-balance 0:3"), "is no VIP: it is not queued", Http4,
            "not queued", ""),
        (Replace("-i red", "NFQUEUE --queue-num 0"), "is no VIP: it is not queued", Http4, "not queued", ""),
        ($"{QueueByUs}; iptables -t raw -A PREROUTING -d {Vip4} -p tcp -j NFQUEUE --queue-num 9",
            "ip raw PREROUTING puts it into 9, which nobody reads", Http4, "puts it into 9, which nobody reads", ""),
        ($"{QueueByUs}; iptables -t mangle -A PREROUTING -d {Vip4} -j NFQUEUE --queue-num 9",
            "ip mangle PREROUTING puts it into 9, which nobody reads", Http4, "puts it into 9, which nobody", ""),
        ($"{QueueByUs} --queue=4:7", "nobody reads 4:7 of 4:7", Http4, "nobody reads 4:7: it is dropped", ""),
        ($"iptables -t mangle -I PREROUTING -d {Vip4} -j ACCEPT", "is no VIP: it is not queued", Http4,
            "not queued", ""),
    ];

    private static (string, string, string, string, string)[] Filters =>
    [
        ("iptables -P FORWARD DROP", "the filter ip filter FORWARD drops it", Http4, "ip filter FORWARD", ""),
        ("ip6tables -P FORWARD DROP", "the filter ip6 filter FORWARD drops it", Http6, "ip6 filter FORWARD", ""),
        ($"iptables -A FORWARD -d {Vip4} -j DROP", "ip filter FORWARD drops it", Http4, "FORWARD", ""),
        ("iptables -A FORWARD -o red -j REJECT", "mark 101: filter: ", "", "", ""),
        ($"iptables -t mangle -A FORWARD -d {Vip4} -j DROP", "ip mangle FORWARD drops it", Http4, "mangle", ""),
        ($"iptables -t raw -A PREROUTING -d {Vip4} -j DROP", "ip raw PREROUTING drops it", Http4, "raw", ""),
        ($"ip6tables -t raw -A PREROUTING -d {Vip6} -p tcp -j DROP", "ip6 raw PREROUTING drops it", Http6, "raw", ""),
        (Nft("prerouting", -200, "", $"ip daddr {Vip4} drop"), "inet fw block drops it", Http4, "inet fw block", ""),
        (Nft("prerouting", -200, "", "iifname client ip daddr 203.0.113.0/24 drop"), "inet fw block drops it",
            Http4, "inet fw block", ""),
        (Nft("forward", 0, "policy drop;", "ct state established accept"), "inet fw block drops it", "", "", ""),
        (Nft("forward", 0, "", $"ip6 daddr {Vip6} reject"), "inet fw block drops it", Http6, "inet fw block", ""),
        (Nft("forward", 0, "", "tcp dport 80 drop"), "inet fw block drops it", Http4, "inet fw block", ""),
        (Nft("prerouting", -100, "", $"ip daddr {Vip4} meta mark set 0"), "gives it mark 0 in place of the balancer's",
            Http4, "gives it mark 0", ""),
        ($"iptables -t nat -A PREROUTING -d {Vip4} -p tcp -j DNAT --to 192.0.2.6", "gives it another destination",
            Http4, "ip nat PREROUTING gives it another destination", ""),
        ("iptables -A FORWARD -j NFQUEUE --queue-num 9", "puts it into 9, which nobody reads", Http4,
            "puts it into 9, which nobody reads", ""),
        ("iptables -t mangle -A POSTROUTING -o red -j DROP", "ip mangle POSTROUTING drops it", "", "", ""),
        (Nft("ingress device client", 0, "", $"ip daddr {Vip4} drop", "netdev"), "netdev fw block drops it", Http4,
            "netdev fw block drops it", ""),
        (Nft("egress device blue", 0, "policy drop;", "counter", "netdev"), "netdev fw block drops it", "", "", ""),
        ($"nfqlb flow-set --name=other --target=web --protocols=udp --dsts={Vip4}/32 --dports=53,5000-5005; "
            + "iptables -A FORWARD -p udp --dport 5005 -j DROP", "udp, to port 5005, to 203.0.113.1: filter: ", "", "",
            ""),
        ("iptables-legacy -P FORWARD DROP", "the filter iptables-legacy filter FORWARD drops it", Http4,
            "iptables-legacy filter FORWARD drops it", ""),
        ($"ip xfrm policy add dir fwd src 0.0.0.0/0 dst {Vip4}/32 action block", "blocks it", Http4, "blocks it", ""),
    ];

    /// <summary>What cannot be told is named, and so is by what it cannot.</summary>
    private static (string, string, string, string, string)[] NotChecked =>
    [
        ($"iptables -A FORWARD -d {Vip4} -m statistic --mode random --probability 1 -j DROP",
            "not checked: ip filter FORWARD (statistic): ", "", "", "iptables -F FORWARD"),
        ($"iptables -t raw -A PREROUTING -d {Vip4} -m limit --limit 1/hour -j DROP",
            "not checked: ip raw PREROUTING (limit): ", "", "", "iptables -t raw -F"),
        ($"iptables -t mangle -I PREROUTING -d {Vip4} -j TTL --ttl-set 1", "not checked: ip mangle PREROUTING (TTL): ",
            "", "", "iptables -t mangle -D PREROUTING 1"),
        ("nft 'table arp fw { chain block { type filter hook input priority 0; policy drop; }; }'",
            "not checked: arp fw block: may drop frames", "", "", "nft delete table arp fw"),
        ("tc qdisc add dev red root pfifo limit 1", "not checked: tc qdisc pfifo on red", "", "",
            "tc qdisc del dev red root"),
    ];

    private static (string, string, string, string, string)[] RoutingRules =>
    [
        ("ip -4 rule del fwmark 101", "no rule leads mark 101", "", "", ""),
        ("ip -6 rule del fwmark 102", "no rule leads mark 102", "", "", ""),
        ("for m in 101 102; do ip -4 rule del fwmark $m; done", "no rule leads mark 10", Http4,
            "no rule leads mark", ""),
        ("ip -4 route add default via 192.0.2.2 table 50; ip -4 rule add pref 50 lookup 50", "] goes before [",
            Http4, "] goes before [", ""),
        ($"ip -4 rule add pref 60 to {Vip4} blackhole", "] goes before [", Http4, "] goes before [", ""),
        ("ip -6 rule add pref 60 iif client unreachable", "] goes before [", Http6, "] goes before [", ""),
        ("ip -4 rule add pref 60 fwmark 101 prohibit", "] goes before [", "", "", ""),
        ("ip -4 rule add pref 60 ipproto tcp dport 80-90 blackhole", "] goes before [", Http4, "] goes before [", ""),
        ("ip -4 rule add pref 60 from 198.18.0.0/15 blackhole", "from 198.18.0.1, to port 80", Http4,
            "] goes before [", ""),
    ];

    private static (string, string, string, string, string)[] RoutesAndNeighbours =>
    [
        ("ip -4 route flush table 101", "no rule leads mark 101", "", "", ""),
        ("ip -4 route replace blackhole default table 101", "the kernel has no way for it: blackhole", "", "", ""),
        ("ip neighbour replace 192.0.2.6 dev red nud failed", "mark 101: neighbour: it does not answer", "", "", ""),
        ("ip neighbour replace 192.0.2.10 lladdr 02:00:00:00:00:09 dev blue nud stale",
            "mark 102: neighbour: it does not answer", "", "", ""),
        ("ip neighbour replace 192.0.2.6 lladdr 02:00:00:00:00:09 dev red nud reachable",
            "mark 101: neighbour: it does not answer", "", "", ""),
        ("ip -6 neighbour replace 2001:db8:1::2 dev red nud failed", "mark 101: neighbour: it does not answer",
            "", "", ""),
        ("ip link set red-end down", "nothing is at the other end of its link", "", "", ""),
        ("ip link set blue down", "mark 102", "", "", ""),
        ("ip link set red arp off", "mark 101: neighbour: ARP is off on red", "", "", ""),
        ("ip link add bridge type bridge; ip link set client master bridge", "client is a part of bridge", "", "",
            "ip link del bridge"),
        ("ip link set client-end down", "client, by which packets come, is up, and nothing is at", "", "",
            "ip link set client-end up"),
        ("ip link set client arp off", "ARP is off on client: who sends packets here", "", "", ""),
        (Write("ipv4/conf/client/arp_ignore", 8), "arp_ignore = 8 on client", "", "", ""),
    ];

    private static (string, string, string, string, string)[] TheHost =>
    [
        ($"ip address add {Vip4}/32 dev client", $"{Vip4} is an address of this host (client)", Http4,
            "an address of this host", ""),
        ("nfqlb vip-set --vips=203.0.113.64/28; nfqlb flow-set --name=other --target=web --dsts=203.0.113.64/28; "
            + "ip address add 203.0.113.77/32 dev client", "203.0.113.77, which flow other accepts among others, is",
            "198.18.0.1:1 203.0.113.77:80", "is an address of this host", "ip address del 203.0.113.77/32 dev client"),
        ($"{QueueByUs}; nft insert rule inet nfqlb prerouting ip daddr {Vip4} drop", "missing and ", Http4,
            "others have changed table inet nfqlb", ""),
        ($"ip address add {Vip6}/128 dev red nodad", $"{Vip6} is an address of this host (red)", Http6,
            "an address of this host", ""),
        (Write("ipv4/ip_forward", 0), "net.ipv4.ip_forward = 0", Http4, "does not forward", ""),
        (Write("ipv6/conf/all/forwarding", 0), "net.ipv6.conf.all.forwarding = 0", Http6, "not forward", ""),
        (Write("ipv4/conf/client/forwarding", 0), "does not forward", Http4, "does not forward", ""),
        (Write("ipv4/conf/client/rp_filter", 1), "rp_filter is strict on client", "", "", ""),
        (Write("ipv4/conf/red/rp_filter", 1), "rp_filter is strict on red", $"{Http4} --iif=red",
            "the reverse path filter drops it", ""),
        (Write("ipv4/conf/red/rp_filter", 1) + ";" + Write("ipv4/conf/red/src_valid_mark", 1),
            "every marked packet is dropped", "", "", ""),
        (Write("ipv4/conf/client/rp_filter", 1) + ";" + Write("ipv4/conf/client/src_valid_mark", 1),
            "every marked packet is dropped", Http4, "the reverse path filter drops it", ""),
        (Write("ipv4/fwmark_reflect", 1), "net.ipv4.fwmark_reflect = 1", "", "", ""),
        (Write("ipv6/fwmark_reflect", 1), "net.ipv6.fwmark_reflect = 1", "", "", ""),
    ];

    private static (string, string, string, string, string)[] PoolsFlowsAndProcess =>
    [
        ("nfqlb deactivate --shm=web 101 102", "[web] has no targets", Http4, "has no targets", ""),
        ("nfqlb deactivate --shm=web 101 102; for f in -4 -6; do ip $f rule del fwmark 101; ip $f rule del fwmark 102; "
            + "done", "[web] has no targets: packets of its flows are dropped. The address of one is not known", Http4,
            "has no targets", "nfqlb activate --shm=web 101"),
        ("rm /dev/shm/web", "[web] there is no such pool: the balancer goes on with", Http4,
            "not known: [web] there is no such pool: the balancer goes on with", ""),
        ("nfqlb flow-delete --name=http", "none: no packet is balanced, and those for virtual addresses are dropped",
            Http4, "no flow accepts it", ""),
        ("nfqlb flow-set --name=other --target=web --dsts=203.0.113.77/32", "203.0.113.77 is no VIP",
            "198.18.0.1:1 203.0.113.77:80", "203.0.113.77 is no VIP", ""),
        ("nfqlb vip-set --vips=203.0.113.78", "203.0.113.78/32 is queued, and no flow accepts its packets",
            "198.18.0.1:1 203.0.113.78:80", "no flow accepts it", ""),
        ("kill -STOP $(nfqlb status | sed -n 's/.*read by nfqlb (pid \\([0-9]*\\)).*/\\1/p')", "which is stopped",
            Http4, "who reads the queue is stopped", ""),
    ];

    [KernelTheory]
    [MemberData(nameof(Rows))]
    public void It_is_found_and_mended(
        string fault, string said, string tuple, string reason, string mend)
    {
        try
        {
            Break(fault, said, tuple, reason, mend);
        }
        finally
        {
            host.Restore();
        }
        Assert.True(!Findings().Any(), $"afterwards:\n{Status()}");
    }

    /// <summary>What breaks it, the packet that is answered, and what keeps the answer back where it passes through.
    /// </summary>
    public static TheoryData<string, string, string> Answers => new()
    {
        { $"iptables -A FORWARD -s {Vip4} -j DROP", Http4, "the filter ip filter FORWARD drops it" },
        {
            $"ip6tables-legacy -A FORWARD -s {Vip6} -j DROP", Http6,
            "the filter ip6tables-legacy filter FORWARD drops it"
        },
        { $"ip6tables -A FORWARD -s {Vip6} -j DROP", Http6, "the filter ip6 filter FORWARD drops it" },
        {
            $"iptables -P FORWARD DROP; iptables -A FORWARD -d {Vip4} -j ACCEPT", Http4,
            "the filter ip filter FORWARD drops it"
        },
        {
            $"iptables -t raw -A PREROUTING -s {Vip4} -p tcp --sport 80 -j DROP", Http4,
            "the filter ip raw PREROUTING drops it"
        },
        { $"iptables -A FORWARD -s {Vip4} -j NFQUEUE --queue-num 9", Http4, "puts it into 9, which nobody reads" },
        { $"ip -4 rule add pref 60 from {Vip4} blackhole", Http4, "] refuses it" },
        {
            Write("ipv4/conf/red/forwarding", 0) + ";" + Write("ipv4/conf/blue/forwarding", 0), Http4,
            "does not forward what comes by it"
        },
    };

    [KernelTheory]
    [MemberData(nameof(Answers))]
    public void What_keeps_answers_back_is_told_and_mended(string fault, string tuple, string said)
    {
        try
        {
            host.Shell($"({fault}) >/dev/null");
            JsonElement[] told = [.. Findings().Where(finding => Text(finding, "area") == "answers")];
            Assert.True(told.Length > 0 && told.All(one => Text(one, "what")!.Contains(said)), Status());
            Assert.All(told, one => Assert.Equal("hint", Text(one, "severity")));
            Assert.Contains(said, Text(Why(tuple).GetProperty("answer"), "obstacle"));
            Assert.True(Why(tuple).GetProperty("is_delivered").GetBoolean());
            foreach (string remedy in told.Select(one => Text(one, "remedy")!).Distinct())
            {
                host.Shell($"{remedy} >/dev/null");
            }
            Assert.False(Why(tuple).TryGetProperty("answer", out _));
            Assert.True(!Findings().Any(), $"not mended:\n{Status()}");
        }
        finally
        {
            host.Restore();
        }
    }

    private void Break(string fault, string said, string tuple, string reason, string mend)
    {
        host.Shell($"({fault}) >/dev/null");
        var watch = Stopwatch.StartNew();
        JsonElement[] found = [.. Findings().Where(finding => Text(finding, "what")!.Contains(said))];
        Assert.True(found.Length > 0, $"status does not say [{said}]:\n{Status()}");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"status took {watch.Elapsed}");
        if (tuple.Length > 0)
        {
            Assert.Contains(reason, Text(Why(tuple), "reason"));
        }

        foreach (string remedy in found.Select(finding => Text(finding, "remedy")).OfType<string>().Distinct())
        {
            if (mend.Length == 0)
            {
                host.Shell($"{remedy} >/dev/null");
            }
        }
        host.Shell($"({(mend.Length > 0 ? mend : "true")}) >/dev/null");

        Assert.True(
            !Findings().Any(finding => Text(finding, "what")!.Contains(said)), $"not mended:\n{Status()}");
        if (tuple.Length > 0 && !Findings().Any())
        {
            Assert.True(Why(tuple).GetProperty("is_delivered").GetBoolean(), $"{Why(tuple)}");
        }
    }

    private JsonElement Why(string tuple) => host.Json(["why", .. tuple.Split(' ')]);

    private string Status() => new Lab.Balancer(host.Host).Nfqlb("status").Stdout;

    private IEnumerable<JsonElement> Findings() => host.Json("status").GetProperty("findings").EnumerateArray()
        .Where(finding => Text(finding, "severity") != "ok").ToList();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>In place of the rule by hand.</summary>
    private const string QueueByUs = $"iptables -t mangle -F PREROUTING; nfqlb vip-set --vips={Vip4}";

    private static string Replace(string target) => Replace("", target);

    private static string Replace(string condition, string target) =>
        $"iptables -t mangle -R PREROUTING 1 -d {Vip4} {condition} -j {target}";

    private static string Write(string setting, int value) => $"echo {value} > /proc/sys/net/{setting}";

    private static string Nft(string hook, int priority, string policy, string rule, string family = "inet") =>
        $"nft 'table {family} fw {{ chain block {{ type filter hook {hook} priority {priority}; {policy} {rule}; }}; "
            + "}'";
}
