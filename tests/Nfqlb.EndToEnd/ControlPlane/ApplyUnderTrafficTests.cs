using System.Runtime.CompilerServices;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Two files are applied by turns while packets come: none is lost, none is where neither sends it.</summary>
public sealed class ApplyUnderTrafficTests(ITestOutputHelper output)
{
    private const int TargetCount = 4, FlowCount = 4_000, Packets = 20_000, PacketsPerSecond = 10_000;

    private static readonly string[] Vips = [.. Testbed.VirtualAddresses.Select(vip =>
        vip + (Testbed.IsIPv6(vip) ? "/128" : "/32"))];

    private static readonly ConditionalWeakTable<WantedFile, Dictionary<string, PoolModel>> Models = [];

    private static WantedFile One { get; } = new()
    {
        Vips = Vips,
        Pools = [new("web", 997, 10, [Target(0), Target(1), Target(2)])],
        Flows = ["{name: all, target: web}"],
    };

    /// <summary>A target goes and one comes, another has another way, and a flow has a pool of its own.</summary>
    [KernelFact]
    public void Targets_and_flows_go_and_come() => GoToAndFro(One, One with
    {
        Pools =
        [
            new("alt", 101, 4, [Target(0), Target(3)]),
            new("web", 997, 10, [new(0, 777, Via(1)), Target(2), Target(3)]),
        ],
        Flows = ["{name: some, target: alt, prio: 9, protocols: [udp], dports: [1-30000]}", "{name: all, target: web}"],
    });

    /// <summary>So that the rules of most marks are built anew.</summary>
    [KernelFact]
    public void Tree_and_list_of_rules() => GoToAndFro(WithManyMore(One), WithManyMore(One) with { Rules = "flat" });

    [KernelFact]
    public void Size_of_a_pool() => GoToAndFro(One, One with
    {
        Pools = [new("web", 499, 20, [Target(1), Target(2), Target(3)])],
    });

    [KernelFact]
    public void Marks_of_all_targets() => GoToAndFro(One, One with
    {
        Pools = [new("web", 997, 10, [.. One.Pools[0].Targets.Select(target =>
            target with { Mark = target.Mark + 100 })])],
    });

    [KernelFact]
    public void Queues_and_other_addresses() => GoToAndFro(One, One with
    {
        Queues = "{range: \"0:1\"}",
        Vips = [.. Vips, "198.51.100.0/24"],
        EgressTable = 4096,
    });

    /// <summary>The kernel drops them when a chain goes, also one that was never in force.</summary>
    [KernelFact]
    public void Packets_that_wait_in_a_queue_stay_there() =>
        UndisturbedTestbed.Run(() => new Testbed(TargetCount, isRouted: false), output, ChangeOptionsWhileTheyWait);

    [KernelFact]
    public void Connection_tracking_and_bypass() => GoToAndFro(One, One with
    {
        Queues = "{range: \"0:3\", notrack: true, bypass: true}",
    });

    private static string Via(int target) =>
        $"192.0.2.{4 * (target + 1) + 2},2001:db8:{target + 1:x}::2";

    private static WantedTarget Target(int target) => new(target, 101 + target, Via(target));

    private static WantedFile WithManyMore(WantedFile file) => file with
    {
        Pools = [.. file.Pools, new("unused", 499, 64, [.. Enumerable.Range(0, 64).Select(i =>
            new WantedTarget(i, 2000 + 7 * i, Via(i % TargetCount)))])],
    };

    private static void ChangeOptionsWhileTheyWait(Testbed testbed)
    {
        const int waiting = 400;
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        File.WriteAllText(testbed.PathInSharedMemory("one.yaml"), $"{One}");
        testbed.Balancer.Nfqlb("apply", "-f", "/dev/shm/one.yaml").MustSucceed();
        TargetCaptures captures = TargetCaptures.Start(testbed);
        flowlb.Signal(PosixSignalNumber.Stop);
        new Injection("both", "1-65535", waiting).Send(testbed.Client, waiting, PacketsPerSecond);
        void AllWait() => Eventually.True(
            () => Balancer.Queues(flowlb).Sum(queue => queue.Waiting) == waiting, "all packets waiting");
        AllWait();

        // The first one makes a chain, and rules that a kernel without the queue statement refuses at first.
        foreach (string options in (string[])["--notrack=yes --bypass=yes", "--notrack=no", "--queue=0:1"])
        {
            testbed.Balancer.Nfqlb(["vip-set", $"--vips={Vips[0]}", .. options.Split(' ')]).MustSucceed();
            AllWait();
        }

        flowlb.Signal(PosixSignalNumber.Continue);
        Eventually.True(() => Balancer.Queues(flowlb).All(queue => queue.Waiting == 0), "a verdict for every packet");
        Assert.Equal(waiting, captures.Stop().Total);
    }

    private void GoToAndFro(WantedFile one, WantedFile other) => UndisturbedTestbed.Run(
        () => new Testbed(TargetCount, isRouted: false), output, testbed => GoToAndFro(testbed, one, other));

    private void GoToAndFro(Testbed testbed, WantedFile one, WantedFile other)
    {
        NetworkNamespace host = testbed.Balancer.Host;
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        string[] files = ["/dev/shm/one.yaml", "/dev/shm/other.yaml"];
        File.WriteAllText(testbed.PathInSharedMemory("one.yaml"), $"{one}");
        File.WriteAllText(testbed.PathInSharedMemory("other.yaml"), $"{other}");
        testbed.Balancer.Nfqlb("apply", "-f", files[0]).MustSucceed();
        var injection = new Injection("both", "1-65535", FlowCount);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);
        // While a file is carried out, its pools are in force and its flows not yet, or the other way round.
        int[][] homes =
        [
            .. from ofFlows in (WantedFile[])[one, other]
               from ofPools in (WantedFile[])[one, other]
               select flows.Select(flow => Home(ofFlows, ofPools, flow)).ToArray(),
        ];

        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = injection.StartSending(testbed.Client, Packets, PacketsPerSecond);
        int turns = 0;
        for (; !sender.HasEnded; turns++)
        {
            host.Run(Executables.Nfqlb, "apply", "-f", files[(turns + 1) % 2]).MustSucceed();
        }
        double rate = Injection.CheckSummary(sender.WaitForEnd(), Packets);
        Eventually.True(() => Balancer.Queues(flowlb).All(queue => queue.Waiting == 0), "a verdict for every packet");
        Arrivals arrivals = captures.Stop();

        output.WriteLine($"{rate:f0} packets/s, {turns} turns, {arrivals.Total} of {Packets} arrived");
        string[] astray =
        [
            .. from target in Enumerable.Range(0, TargetCount)
               from pair in arrivals.ByTarget[target].PacketsByFlow
               where homes.All(home => home[pair.Key] != target)
               select $"{pair.Value} packets of {flows[pair.Key]} at target {target}",
        ];
        Assert.True(astray.Length == 0, $"{astray.Length} flows astray:\n{string.Join('\n', astray.Take(5))}");
        Assert.Equal(0, Balancer.Queues(flowlb).Sum(queue => queue.Dropped));
        Assert.Equal(Packets, arrivals.Total);
        Assert.True(turns >= 3, $"only {turns} turns");
        host.Run(Executables.Nfqlb, "reset", "--all").MustSucceed();
        Assert.DoesNotContain("proto 78", KernelState.Read(host).Essence);
    }

    /// <summary>The target of a packet that meets the flows of one file and the pools of another; -1 where there is no
    /// such pool.</summary>
    private static int Home(WantedFile ofFlows, WantedFile ofPools, PacketTuple packet)
    {
        bool isSome = ofFlows.Flows.Count > 1
            && packet.Protocol == PacketTuple.Udp && packet.DestinationPort is >= 1 and <= 30000;
        if (Models.GetValue(ofPools, MakeModels).GetValueOrDefault(isSome ? "alt" : "web") is not { } pool)
        {
            return -1;
        }
        string via = ofPools.Targets[pool.MarkFor(FlowHash.Of(packet, HashMode.SctpPortsOnly))!.Value].Via;
        return Enumerable.Range(0, TargetCount).Single(target => Via(target) == via);
    }

    private static Dictionary<string, PoolModel> MakeModels(WantedFile file) =>
        file.Pools.ToDictionary(pool => pool.Name, ModelOf);

    private static PoolModel ModelOf(WantedPool pool)
    {
        var model = new PoolModel(pool.M, pool.N);
        foreach (WantedTarget target in pool.Targets)
        {
            model.ActivateAt(target.Slot, target.Mark);
        }
        return model;
    }
}
