using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>The checks that need no kernel to be asked.</summary>
public class ChecksTests
{
    private static readonly QueueRule Rule = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));
    private static readonly Cidr Vip = new(Address.FromIpv4(0xcb007101), 128);
    private static readonly DesiredState OneVip = DesiredState.Empty with { Vips = [new DesiredVip(Vip)] };
    private static readonly DesiredPool Web = new(new PoolName("web"), new(new PoolSize(997, 10)), new(0));
    private const string Run = "nfqlb flowlb --queue=0:3";

    private static readonly Address Gateway = Address.FromIpv4(0xc0000206);

    [Fact]
    public void Marks_that_are_shared_are_meant_alike()
    {
        var target = new DesiredTarget { Slot = 0, Mark = new FirewallMark(0x10000), Via4 = Gateway };
        var wanted = DesiredState.Empty with
        {
            MarkMask = new MarkMask(0xff0000),
            Pools = [Web with { Targets = [target] }],
        };
        IEnumerable<string> Of(MarkMask balancer, params int[] marks) =>
            Said.By(MarkCheck.Findings(balancer, wanted, Run, [PoolOf("web", 10, marks)]));
        Assert.Equal(
            ["Ok: 1 fit the mark mask 0xff0000; other bits stay as they are"], Of(new MarkMask(0xff0000), 0x10000, -1));
        Assert.Equal(
            ["Bad: the balancer writes bits 0xffffffff, and rules look at 0xff0000"
                + " -> nfqlb flowlb --queue=0:3 --takeover --mark-mask=0xff0000"],
            Of(MarkMask.All, 0x10000));
        Assert.Equal(
            ["Bad: [web] slot 1: mark 5 has bits outside the balancer's mark mask 0xff0000"],
            Of(new MarkMask(0xff0000), -1, 5));
        wanted = DesiredState.Empty;
        Assert.Empty(Of(MarkMask.All, 5));
    }

    [Fact]
    public void What_a_balancer_follows_is_in_force_or_not()
    {
        var state = new ConfigurationState("lb.yaml") { InForceSince = "2026-01-02 03:04:05Z" };
        Assert.Empty(ConfigurationCheck.Findings(state: null, OneVip, DesiredState.Empty));
        Assert.Equal(
            ["Ok: lb.yaml in force since 2026-01-02 03:04:05Z"],
            Said.By(ConfigurationCheck.Findings(state, OneVip, OneVip)));
        Assert.Equal(
            [
                "Ok: lb.yaml in force since 2026-01-02 03:04:05Z",
                "Bad: lb.yaml is not in force as it is since 2026-01-02 04:04:05Z",
                "Bad: lb.yaml:3: vips[0]: [x] not an address",
                "Bad: cannot be put back: + flow a: no pool",
                "Warn: changed by others again and again: + flow b",
                "Hint: - vip 203.0.113.1/32",
            ],
            Said.By(ConfigurationCheck.Findings(
                state with
                {
                    Complaints = ["lb.yaml:3: vips[0]: [x] not an address"],
                    ComplainedSince = "2026-01-02 04:04:05Z",
                    Refused = ["+ flow a: no pool"],
                    Contested = ["+ flow b"],
                },
                OneVip, DesiredState.Empty)));
    }

    [Fact]
    public void A_balancer_answers_or_not()
    {
        const string started = "2026-01-02 03:04:05Z";
        Assert.Equal(
            [
                "Ok: answers at [unix:nfqlb], pid 7, since 2026-01-02 03:04:05Z, 9 packets so far",
                "Warn: none: no packet is balanced, until flow-set or apply gives some",
            ],
            Said.By(ProcessCheck.Findings(
                new BalancerState([]) { ProcessId = 7, Started = started, Packets = 9 }, "unix:nfqlb", Run,
                wantsFlows: false, silent: null, unit: null, LostFlows.None)));
        Assert.Equal(
            ["Ok: answers at [unix:nfqlb]", "Ok: 1 in force"],
            Said.By(ProcessCheck.Findings(
                new BalancerState([new FlowText { Name = "a", Target = "web" }.Parse()]), "unix:nfqlb", Run,
                wantsFlows: true, silent: null, unit: null, LostFlows.None)));
        Assert.Equal(
            [
                "Ok: answers at [unix:nfqlb]",
                "Bad: queue 1 is not bound -> nfqlb flowlb --queue=0:3 --takeover",
                "Bad: none: no packet is balanced, and those for virtual addresses are dropped. Without --state, flows "
                    + "end with the process -> nfqlb apply --again",
            ],
            Said.By(ProcessCheck.Findings(
                new BalancerState([]) { Hindrances = ["queue 1 is not bound"] }, "unix:nfqlb", Run, wantsFlows: true,
                silent: null, unit: null, LostFlows.None with { Remedy = Finding.ApplyAgain })));
        Assert.Contains(
            "Bad: queue 1 is full and drops packets: it takes more queues or a longer one"
                + " -> nfqlb flowlb --queue=0:3 --qlength=16384 --takeover",
            Said.By(ProcessCheck.Findings(
                new BalancerState([])
                {
                    Hindrances = ["queue 1 is full and drops packets: it takes more queues or a longer one"],
                },
                "unix:nfqlb", Run, wantsFlows: true, silent: null, unit: null, LostFlows.None)));
        Assert.Equal(
            ["Bad: no balancer answers at [unix:nfqlb] -> nfqlb flowlb --queue=0:3"],
            Said.By(ProcessCheck.Findings(
                null, "unix:nfqlb", Run, wantsFlows: true, "nfqlb (pid 7)", unit: null, LostFlows.None)));
        Assert.Equal(
            ["Bad: no balancer answers at [unix:nfqlb] -> nfqlb flowlb --queue=0:3"],
            Said.By(ProcessCheck.Findings(
                null, "unix:nfqlb", Run, wantsFlows: false, silent: null, unit: null, LostFlows.None)));
        Assert.Equal(
            ["Ok: nfqlb (pid 7) reads queues and takes no commands at [unix:nfqlb], as an nfqlb lb does"],
            Said.By(ProcessCheck.Findings(
                null, "unix:nfqlb", Run, wantsFlows: false, "nfqlb (pid 7)", unit: null, LostFlows.None)));
    }

    /// <summary>What systemd starts is not started beside it.</summary>
    [Fact]
    public void A_balancer_that_a_service_starts_is_started_by_that()
    {
        Assert.Equal(
            ["Bad: no balancer answers at [unix:nfqlb] -> systemctl restart nfqlb.service"],
            Said.By(ProcessCheck.Findings(
                null, "unix:nfqlb", Run, wantsFlows: true, silent: null, "nfqlb.service", LostFlows.None)));
        Assert.Equal(
            ["Bad: nobody reads 0:3 of 0:3: packets are dropped -> systemctl restart nfqlb.service"],
            Said.By(QueueCheck.Findings([], Rule, balancerId: null, "203.0.113.1", "systemctl restart nfqlb.service")));
        Assert.Equal("flowlb@a.service", ServiceUnit.Among(["ssh.service", "flowlb@a.service"]));
        Assert.Null(ServiceUnit.Among(["flowlb@b.service", "nfqlb.service"]));
        Assert.Null(ServiceUnit.Among(["nfqlb.timer"]));
    }

    [Fact]
    public void Vips_are_queued_or_not()
    {
        var queued = new QueuedVips([Vip], Rule, QueueKind.Native, WithoutConntrack: false);
        Assert.Equal(["Ok: 1 queued to 0:3 by nftables"], Said.By(VipCheck.Findings(OneVip, queued, [], 0)));
        Assert.Equal(
            ["Bad: 203.0.113.1/32 is not queued -> nfqlb vip-set --vips=203.0.113.1/32"],
            Said.By(VipCheck.Findings(OneVip, queued with { Queue = null, Kind = null }, [], 0)));
        Assert.Equal(
            ["Bad: 203.0.113.1/32 is not queued -> nfqlb vip-set --vips=203.0.113.1/32"],
            Said.By(VipCheck.Findings(OneVip, QueuedVips.None, [], 0)));
        Assert.StartsWith("Ok: none", Said.By(VipCheck.Findings(DesiredState.Empty, QueuedVips.None, [], 5))[0]);
        Assert.StartsWith("Warn: none", Said.By(VipCheck.Findings(DesiredState.Empty, QueuedVips.None, [], 0))[0]);
    }

    [Fact]
    public void Pools_are_there_and_somebody_is_in_them() => Assert.Equal(
        [
            "Ok: 2 fine, 3 of 20 slots filled",
            $"Ok: [web] table {CheckSum(101, 102, 103)}, generation 1: 3 up",
            "Bad: [gone] there is no such pool -> nfqlb init --shm=gone && nfqlb activate --shm=gone 104 105",
            "Bad: [lost] there is no such pool -> nfqlb apply --again",
            "Bad: [empty] has no targets: packets of its flows are dropped -> nfqlb activate --shm=empty 104 105",
        ],
        Said.By(PoolCheck.Findings(
            [
                PoolOf("web", 10, 101, 102, 103),
                PoolOf("spare", 10),
                PoolState.Missing(new("gone")),
                PoolState.Missing(new("lost")),
                PoolOf("empty", 10),
            ],
            new HashSet<PoolName> { new("web"), new("gone"), new("lost"), new("empty") },
            DesiredState.Empty with
            {
                Pools = [Web, Web with { Name = new("spare") }, Web with { Name = new("lost") }],
            },
            spareMarks: [104, 105], balancer: null)));

    [Fact]
    public void An_empty_pool_is_filled_again_by_whoever_fills_it()
    {
        var empty = PoolOf("web", 1);
        var used = new HashSet<PoolName> { new("web") };
        var asked = DesiredState.Empty with { Pools = [Web with { Targets = [] }] };
        string Said(DesiredState desired, params uint[] spare) =>
            Support.Said.By(PoolCheck.Findings([empty], used, desired, spare, null))[0].Split(" -> ")[^1];

        Assert.EndsWith("The address of one is not known here: give it to target-set", Said(DesiredState.Empty));
        Assert.Equal("nfqlb activate --shm=web 104", Said(DesiredState.Empty, 104, 105));
        Assert.EndsWith("give it to target-set", Said(asked, 104));
        var target = new DesiredTarget { Slot = 0, Mark = new FirewallMark(101) };
        Assert.Equal(Finding.ApplyAgain, Said(asked with { Pools = [Web with { Targets = [target] }] }, 104));
    }

    [Fact]
    public void A_balancer_with_another_shared_memory_is_found()
    {
        var flow = new FlowText { Name = "a", Target = "web" }.Parse();
        string[] Said(params (int Slot, int Mark)[] marks)
        {
            var balancer = new BalancerState([flow])
            {
                TargetMarks = marks.ToDictionary(pair => $"web/{pair.Slot}", pair => pair.Mark),
            };
            return [.. PoolCheck.Unlike(balancer, [PoolOf("web", 10, 101, 102)]).Select(pool => $"{pool.Name}")];
        }

        Assert.Empty(Said((0, 101), (1, 102)));
        Assert.Equal(["web"], Said((0, 101)));
        Assert.Equal(["web"], Said((0, 101), (1, 103)));
        Assert.Equal(["web"], Said((0, 101), (1, 102), (2, 103)));
        Assert.Equal(["web"], Said());
        Assert.Empty(PoolCheck.Unlike(new BalancerState([flow]), [PoolOf("web", 10, 101)]));
    }

    /// <summary>What is given to paste makes as much of it again as is known.</summary>
    [Fact]
    public void A_pool_that_is_gone_and_that_the_balancer_still_has()
    {
        var marks = Enumerable.Range(0, 40).ToDictionary(slot => $"gone/{slot}", slot => 200 + slot);
        marks.Add("gone2/0", 1);
        marks.Add("few/3", 104);
        marks.Add("few/1", 102);
        var balancer = new BalancerState([]) { TargetMarks = marks };
        Assert.Equal([102u, 104u], balancer.MarksOf(new PoolName("few")));
        Assert.Equal(40, balancer.MarksOf(new PoolName("gone")).Count);
        string[] said = Said.By(PoolCheck.Findings(
            [PoolState.Missing(new("gone")), PoolState.Missing(new("few")), new(new("odd"), null, "not a pool: x")],
            new HashSet<PoolName>(), DesiredState.Empty, [], balancer));
        Assert.StartsWith(
            "Bad: [gone] there is no such pool: the balancer goes on with the memory that it had of it, and its 40 ",
            said[0]);
        Assert.Contains(
            " -> nfqlb init --shm=gone --N=40 --M=4000 && nfqlb activate --shm=gone 200 201 ", said[0]);
        Assert.EndsWith(" -> nfqlb init --shm=few && nfqlb activate --shm=few 102 104", said[1]);
        Assert.Equal("Bad: [odd] not a pool: x -> rm /dev/shm/odd && nfqlb init --shm=odd", said[2]);
    }

    [Fact]
    public void Flows_that_are_gone_leave_their_addresses_and_pools()
    {
        var host = ServeRemedyTests.Nothing with
        {
            Vips = new(new QueuedVips([Vip], Rule, QueueKind.Native, WithoutConntrack: false)),
        };
        Assert.Null(LostFlows.Of(host).Remedy);
        host = host with { OtherPools = new([PoolOf("web", 10, 101), PoolOf("empty", 10)]) };
        Assert.Equal(
            "nfqlb flow-set --name=web --target=web --dsts=203.0.113.1/32", LostFlows.Of(host).Remedy);
        // Which of two pools had them nobody knows.
        Assert.Null(LostFlows.Of(host with { Pools = new([PoolOf("db", 10, 102)]) }).Remedy);
        var asked = DesiredState.Empty with { Flows = [new FlowText { Name = "a", Target = "web" }.Parse()] };
        Assert.Equal(Finding.ApplyAgain, LostFlows.Of(host with { Desired = new(asked) }).Remedy);
        Assert.Empty(LostFlows.Of(host with { Vips = new(QueuedVips.None) }).Queued);
    }

    /// <summary>States count, and whether anybody is left who takes packets.</summary>
    [Fact]
    public void Pools_say_what_states_their_targets_are_in()
    {
        var drains = new SlotTarget(new FirewallMark(102)) { State = TargetState.Drain };
        var down = new SlotTarget(new FirewallMark(103)) { State = TargetState.Down };
        var pool = PoolContent.Empty(Web.Shape, Web.Settings).With(1, drains).With(2, down);
        var mixed = pool.With(0, new(new(101))).With(3, new(new(104)) { Priority = 1 });
        var kept = pool with { Settings = pool.Settings with { WhenEmpty = WhenEmpty.Keep } };
        string[] said = [.. Said.By(PoolCheck.Findings(
            [PoolOf("mixed", mixed), PoolOf("gone", pool), PoolOf("kept", kept)],
            new HashSet<PoolName> { new("mixed"), new("gone"), new("kept") }, DesiredState.Empty, [], null))];

        Assert.Equal("Ok: 1 fine, 4 of 10 slots filled", said[0]);
        Assert.EndsWith(", generation 1: 2 up, 1 drain, 1 down, 1 without an entry", said[1]);
        Assert.Matches(@"^Bad: \[gone\] table \d+, generation 1: 0 up, 1 drain, 1 down: new conn.* dropped$", said[2]);
        Assert.Matches(@"^Warn: \[kept\] table \d+, generation 1: 0 up, 1 drain, 1 down: packets go .*$", said[3]);
    }

    private static uint CheckSum(params int[] marks) => TableCheckSum.Of(PoolOf("any", 10, marks).Table!);

    [Fact]
    public void Targets_can_be_reached_or_not()
    {
        var fine = new WayReport(Gateway, HasRule: true, HasRoute: true, IsGuarded: true, "eth1", null);
        Assert.Equal(
            [
                "Ok: 1 of 3 can be reached",
                "Bad: web/slot 0 (mark 101): slot 0 has another mark; 192.0.2.6: no rule, no route -> "
                    + "nfqlb apply --again",
                "Bad: web/slot 0 (mark 101): 192.0.2.6 on eth1: no neighbour",
            ],
            Said.By(TargetCheck.Findings(
            [
                Report(SlotState.Active, fine),
                Report(SlotState.Taken, fine with { HasRule = false, HasRoute = false, Link = "" }),
                Report(SlotState.Active, fine with { Neighbour = NeighbourState.Failed }),
            ])));
    }

    [Fact]
    public void A_link_that_took_its_routes_along_is_found_by_its_address()
    {
        var gone = new WayReport(Gateway, HasRule: true, HasRoute: false, IsGuarded: true, "", null);
        Link[] links =
        [
            new(new LinkIndex(2), "eth0", IsUp: true, HasCarrier: true, 1500),
            new(new LinkIndex(3), "eth1", IsUp: false, HasCarrier: false, 1500),
            new(new LinkIndex(4), "eth2", IsUp: true, HasCarrier: false, 1500),
        ];
        InterfaceAddress[] addresses =
        [
            new(Address.FromIpv4(0xc0000201), 30, new LinkIndex(2)),
            new(Address.FromIpv4(0xc0000205), 30, new LinkIndex(3)),
        ];
        var used = LinkCheck.UsedBy([Report(SlotState.Active, gone)], links, addresses);
        Assert.Equal(["eth1"], used);
        Assert.Equal(
            [
                "Ok: 1 to targets, up",
                "Bad: eth1 is down -> ip link set eth1 up",
                "Bad: eth2 is up, and nothing is at its other end",
                "Bad: there is no link [eth9], by which a target is asked for",
            ],
            Said.By(LinkCheck.Findings(["eth0", "eth1", "eth2", "eth9"], links)));
    }

    [Fact]
    public void Egress_tables_have_routes_or_not() => Assert.Equal(
        [
            "Ok: 1 VIPs leave by tables that have routes",
            "Warn: table 5 has no route: answers from 203.0.113.1/32 go nowhere",
        ],
        Said.By(EgressCheck.Findings(
            [new(Vip), new(Vip, 4), new(Vip, 5)],
            (family, table) => family == IpFamily.Ipv4 && table.Id == 5)));

    [Fact]
    public void Differences_are_what_apply_would_do()
    {
        var flow = new PlacedFlow(new Flow { Name = new("a"), Target = new("web") }, Next: null);
        var (add, other) = (new FlowChange(new("a"), null, flow), new FlowChange(new("b"), null, flow));
        var delete = new FlowChange(new("c"), flow, null);
        Assert.Equal(
            ["Ok: rules, routes, pools and flows are as asked for"],
            Said.By(DifferenceCheck.Findings([], [], isUnfinished: false)));
        Assert.Equal(
            [
                "Bad: 2 missing and 1 too much, of what is asked for -> nfqlb apply --again",
                "Bad: + flow a", "Bad: + flow b", "Warn: - flow c",
            ],
            Said.By(DifferenceCheck.Findings([add, other, delete], [], isUnfinished: false)));
        Assert.Equal(
            [Severity.Warn, Severity.Warn, Severity.Warn],
            DifferenceCheck.Findings([delete], [], isUnfinished: true).Select(finding => finding.Severity));
        Assert.Equal(
            ["Bad: a route is in the way"],
            Said.By(DifferenceCheck.Findings([], ["a route is in the way"], isUnfinished: false)));
    }

    private static PoolState PoolOf(string name, int slots, params int[] marks)
    {
        var content = PoolContent.Empty(new PoolShape(new PoolSize(997, slots)), new PoolSettings());
        int[] all = [.. marks, .. Enumerable.Repeat(-1, slots - marks.Length)];
        return PoolOf(name, content.WithMarks(all));
    }

    private static PoolState PoolOf(string name, PoolContent content)
    {
        var entries = new ushort[content.Shape.Size.Entries];
        bool isFilled = PoolTable.Fill(content, entries);
        int[] slots = [.. entries.Select(slot => isFilled ? slot : -1)];
        return new PoolState(new PoolName(name), new PoolSnapshot(1, content, slots), "");
    }

    private static TargetReport Report(SlotState slot, WayReport way)
    {
        var target = new DesiredTarget { Slot = 0, Mark = new FirewallMark(101), Via4 = Gateway };
        return new TargetReport(Web, target, slot, way, null, Share: 1, Packets: null);
    }
}
