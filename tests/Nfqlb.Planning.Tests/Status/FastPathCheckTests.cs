using System.Collections.Immutable;
using Nfqlb.FastPath;
using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>What is said of the fast path.</summary>
public class FastPathCheckTests
{
    private static readonly Cidr Vip = new(Address.FromIpv4(0xcb007101), 128);
    private static readonly QueueRule Queues = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));
    private static readonly FastPathLinkState Eth0 = new("eth0", FastPathState.On);

    private static readonly HostSnapshot Host = new()
    {
        Desired = new(DesiredState.Empty),
        Balancer = new(null),
        Queues = new([]),
        Vips = new(QueuedVips.None),
        Pools = new([]),
        Network = new(new NetworkState()),
        Sysctls = new(SysctlValues.None),
        Observed = new(ObservedState.Empty),
    };

    [Fact]
    public void Whether_it_is_on_and_where()
    {
        Assert.Equal(["Ok: off"], Find(null));
        Assert.Equal(["Ok: on at eth0"], Find(new FastPathState(FastPathState.On, [Eth0])));
        Assert.Equal(
            ["Ok: on at eth0, straight to the links of targets (paused)"],
            Find(new FastPathState("paused", [Eth0]) { Redirects = true }));
        Assert.Equal(
            ["Warn: refused: bpf program: Operation not permitted: the queues do all"],
            Find(new FastPathState("refused: bpf program: Operation not permitted", [Eth0])));
    }

    [Fact]
    public void What_a_file_asks_for_and_the_balancer_was_not_given()
    {
        var asked = DesiredState.Empty with { FastPath = new(["eth0"]) { Redirects = true } };
        var host = Host with { Desired = new(asked) };
        const string told = "Warn: asked for at eth0, exit redirect, and the balancer was started otherwise -> ";
        Assert.Equal(
            [told + "nfqlb flowlb --queue=0:3 --fast-path=eth0 --fast-path-exit=redirect --takeover", "Ok: off"],
            Find(null, host));
        Assert.Equal(2, Find(new FastPathState(FastPathState.On, [Eth0]), host).Length);
        Assert.Equal(
            "Warn: asked for at eth0, exit redirect, and not so yet, or the balancer's options say otherwise"
                + " -> nfqlb serve --config=a.yaml --config=b.yaml --takeover",
            Find(null, host, new ConfigurationState("a.yaml, b.yaml"))[0]);
        Assert.Single(Find(new FastPathState(FastPathState.On, [Eth0]) { Redirects = true }, host));
    }

    [Fact]
    public void A_link_without_it_and_one_where_others_come_first()
    {
        Assert.Equal(
            [
                "Warn: at eth0 packets come by program 7 of others first, which may take them",
                "Warn: not at eth1: there is no such link",
                "Warn: not at eth2: refused: bpf attach: Busy -> nfqlb flowlb --queue=0:3 --fast-path=eth2 --takeover",
            ],
            Find(new FastPathState(
                FastPathState.On,
                [
                    Eth0 with { ProgramInFront = 7 }, new("eth1", "there is no such link"),
                    new("eth2", "refused: bpf attach: Busy"),
                ]))[1..]);
        Assert.Equal(
            "Warn: at eth0 packets come by program 7 of others first, which may take them"
                + " -> bpftool link detach id 9",
            Find(new FastPathState(FastPathState.On, [Eth0 with { ProgramInFront = 7, TcxLinkInFront = 9 }]))[1]);
        Assert.Equal(
            "Warn: at eth0 packets come by program 7 of others first, which may take them"
                + " -> tc filter del dev eth0 ingress pref 1 handle 0x1f bpf",
            Find(new FastPathState(FastPathState.On, [Eth0 with { ProgramInFront = 7, FilterInFront = 31 }]))[1]);
        Assert.StartsWith(
            "Warn: at eth0 packets come by filter 0x1 of others first, which may take them -> tc filter del ",
            Find(new FastPathState(FastPathState.On, [Eth0 with { ProgramInFront = 0, FilterInFront = 1 }]))[1]);
    }

    [Fact]
    public void Rules_of_an_older_nfqlb_have_packets_left_to_the_queues()
    {
        var old = new QueuedVips([Vip], Queues, QueueKind.Native, false) { PassesDecided = false };
        Assert.Equal(
            "Warn: packets for virtual addresses are left to the queues: their rules are of an older nfqlb"
                + " -> nfqlb vip-set --vips=203.0.113.1/32",
            Find(new FastPathState(FastPathState.On, [Eth0]), Host with { Vips = new(old) })[1]);
    }

    /// <summary>With no rule in front, or one that passes other packets, what the kernel has decided is queued too.
    /// </summary>
    [Fact]
    public void Rules_made_by_hand_pass_what_is_decided_or_are_told_of()
    {
        var fastPath = new FastPathState(FastPathState.On, [Eth0]) { OtherVips = [Vip] };
        const string twice = "queues what the kernel has decided: it is decided, and counted, twice";
        const string pass = "meta priority 6e66:7100 accept";
        Assert.Equal(
            $"Warn: inet mine prerouting {twice} -> nft insert rule inet mine prerouting {pass}",
            Find(fastPath, With("inet", "mine", "prerouting"))[1]);
        Assert.Equal(
            $"Warn: ip mangle PREROUTING {twice} -> iptables -t mangle -I PREROUTING -m mark --mark 101 -j ACCEPT && "
                + "iptables -t mangle -I PREROUTING -m mark --mark 102 -j ACCEPT",
            Find(fastPath, With("ip", "mangle", "PREROUTING"))[1]);
        Assert.Equal(
            $"Warn: ip mangle PREROUTING {twice} -> iptables -t mangle -I PREROUTING -m mark --mark 102 -j ACCEPT",
            Find(fastPath, With("ip", "mangle", "PREROUTING", new MarkCondition(101, uint.MaxValue)))[1]);
        Assert.Single(Find(
            fastPath, With("inet", "mine", "prerouting", new PriorityCondition(FastPathTables.DecidedPriority))));
        Assert.Single(Find(fastPath with { OtherVips = [] }, With("inet", "mine", "prerouting")));
    }

    private static HostSnapshot With(string family, string table, string name, FilterCondition? passed = null)
    {
        var queue = new FilterRule([new AddressCondition(false, Vip)], FilterVerdict.Queue) { Queue = Queues };
        ImmutableArray<FilterRule> pass = passed is null ? [] : [new FilterRule([passed], FilterVerdict.Accept)];
        return Host with
        {
            Filters = new([new FilterChain(family, table, name, [.. pass, queue]) { Hook = FilterHook.Prerouting }]),
        };
    }

    private static string[] Find(
        FastPathState? fastPath, HostSnapshot? host = null, ConfigurationState? configuration = null) => Said.By(
        Found(host ?? Host, new BalancerState([])
        {
            FastPath = fastPath,
            Configuration = configuration,
            TargetMarks = new Dictionary<string, int> { ["web/0"] = 101, ["web/1"] = 102 },
        }));

    private static IEnumerable<Finding> Found(HostSnapshot host, BalancerState balancer) =>
        FastPathCheck.Findings(host, balancer, (host with { Balancer = new(balancer) }).Run("0:3"));
}
