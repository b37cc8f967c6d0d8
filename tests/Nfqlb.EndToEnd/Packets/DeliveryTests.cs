using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Packets through the kernel's queues: each at the target that the model names, none lost or twice.</summary>
public sealed class DeliveryTests(ITestOutputHelper output)
{
    private const int FlowCount = 6_000, PacketsPerFlow = 3, PacketsPerSecond = 15_000;

    [KernelFact]
    public void Every_packet_of_6000_flows_is_at_the_predicted_target_and_counted_once() => OnTestbed(testbed =>
    {
        BalancerModel model = RuleSet.Model();
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.FlowlbOptions);
        RuleSet.Configure(testbed.Balancer, model);
        var injection = new Injection("both", "1-65535", FlowCount);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);
        var prediction = new Prediction(model, testbed.Marks, flows);
        CheckThatNothingIsLeftOut(model, flows, prediction);

        Arrivals arrivals = Send(testbed, flowlb, injection);

        prediction.Check(arrivals, PacketsPerFlow);
        Assert.All(Balancer.Queues(flowlb), queue => Assert.True(queue.Queued > FlowCount / 10, $"idle: {queue}"));
        Dictionary<string, long> wanted = flows.Select(flow => model.FlowOf(flow)?.Name).OfType<string>()
            .CountBy(name => name).ToDictionary(pair => pair.Key, pair => (long)pair.Value * PacketsPerFlow);
        Assert.Equal(wanted.OrderBy(pair => pair.Key), MatchCounts(testbed).OrderBy(pair => pair.Key));
        CheckCounters(testbed, prediction);
    });

    [KernelFact]
    public void Without_marks_for_them_packets_without_flow_or_target_are_dropped() => OnTestbed(testbed =>
    {
        BalancerModel model = RuleSet.Model(withMarksForTheRest: false);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        RuleSet.Configure(testbed.Balancer, model);
        // The other virtual addresses: flow "web" does not hold for them.
        var injection = new Injection("both", "1-65535", FlowCount)
        {
            Destination4 = Testbed.VirtualAddresses[1], Destination6 = Testbed.VirtualAddresses[3],
        };
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);
        var prediction = new Prediction(model, testbed.Marks, flows);
        Assert.NotEmpty(prediction.FlowsByMark[null]);

        prediction.Check(Send(testbed, flowlb, injection), PacketsPerFlow);
    });

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Echo_requests_follow_addresses_alone_when_ping_is_promiscuous(bool promiscuous) => OnTestbed(testbed =>
    {
        BalancerModel model = RuleSet.Model(promiscuous);
        string[] ping = promiscuous ? ["--promiscuous_ping"] : [];
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", [.. RuleSet.FlowlbOptions, .. ping]);
        RuleSet.Configure(testbed.Balancer, model);
        var injection = new Injection("echo", "1", FlowCount / 10);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);
        var prediction = new Prediction(model, testbed.Marks, flows);
        // Both ways are only told apart if they differ.
        Assert.Equal(promiscuous, !prediction.FlowsByMark.Contains(model.NoFlowMark));

        prediction.Check(Send(testbed, flowlb, injection), PacketsPerFlow);
    });

    [KernelFact]
    public void Packets_longer_than_what_the_balancer_looks_at_arrive_too() => OnTestbed(testbed =>
    {
        BalancerModel model = RuleSet.Model();
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.FlowlbOptions);
        RuleSet.Configure(testbed.Balancer, model);
        var injection = new Injection("both", "1-65535", FlowCount / 10) { PayloadBytes = 1400 };
        var prediction = new Prediction(model, testbed.Marks, injection.ListFlows(testbed.Client));

        prediction.Check(Send(testbed, flowlb, injection), PacketsPerFlow);
    });

    [KernelFact]
    public void Another_user_with_CAP_NET_ADMIN_alone_balances_as_root_does() => OnTestbed(testbed =>
    {
        testbed.Balancer.AddTun("nfqlb0");
        // Whom the file lets in is the host's choice; what may be done with it is the capability's.
        testbed.Balancer.Host.Shell(
            "mknod -m 666 /dev/shm/tun c 10 200; mount --bind /dev/shm/tun /dev/net/tun; rm /dev/shm/tun");
        var nobody = new Balancer(testbed.Balancer.Host, Balancer.NobodyWithNetAdminAlone);
        BalancerModel model = RuleSet.Model();
        BackgroundProcess flowlb = nobody.StartFlowlb("0:3", [.. RuleSet.FlowlbOptions, "--tun=nfqlb0"]);
        string status = File.ReadAllText($"/proc/{flowlb.Id}/status");
        Assert.Contains("\nUid:\t65534\t65534\t65534\t65534\n", status);
        Assert.All(["Inh", "Prm", "Eff", "Bnd", "Amb"],
            set => Assert.Contains($"\nCap{set}:\t{1 << 12:x16}\n", status)); // CAP_NET_ADMIN is bit 12
        RuleSet.Configure(nobody, model);
        var injection = new Injection("both", "1-65535", FlowCount / 10);
        var prediction = new Prediction(model, testbed.Marks, injection.ListFlows(testbed.Client));

        prediction.Check(Send(testbed, flowlb, injection), PacketsPerFlow);
        Assert.Equal(0, flowlb.Stop().ExitCode);
    });

    [KernelFact]
    public void Setting_a_flow_again_keeps_its_count() => OnTestbed(testbed =>
    {
        var model = new BalancerModel { Pools = { ["few"] = new PoolModel(997, 10).Activate(testbed.Marks[0]) } };
        var flow = new FlowModel("all", "few") { Protocols = ["udp"], DestinationPorts = ["1-100"] };
        model.SetFlow(flow);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        RuleSet.Configure(testbed.Balancer, model);
        Send(testbed, flowlb, new Injection("udp", "1-100", FlowCount: 50));
        const int Matches = 50 * PacketsPerFlow;
        Assert.Equal(Matches, MatchCounts(testbed)["all"]);

        testbed.Balancer.Nfqlb(flow.SetCommand).MustSucceed();
        Assert.Equal(Matches, MatchCounts(testbed)["all"]);

        testbed.Balancer.Nfqlb((flow with { Priority = 7 }).SetCommand).MustSucceed();
        Assert.Equal(Matches, MatchCounts(testbed)["all"]);
    });

    [KernelFact]
    public void A_pool_that_is_made_again_is_used_by_the_flows_that_lead_to_it() => OnTestbed(testbed =>
    {
        var model = new BalancerModel { Pools = { ["few"] = new PoolModel(997, 10).Activate(testbed.Marks[0]) } };
        model.SetFlow(new FlowModel("all", "few"));
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        RuleSet.Configure(testbed.Balancer, model);
        int[] others = [testbed.Marks[2], testbed.Marks[3]];
        var injection = new Injection("udp", "1-100", FlowCount: 60);

        testbed.Balancer.Nfqlb("delete", "--shm=few").MustSucceed();
        testbed.Balancer.CreatePool("few", 101, 4, others);

        model.Pools["few"] = new PoolModel(101, 4).Activate(others);
        var prediction = new Prediction(model, testbed.Marks, injection.ListFlows(testbed.Client));
        // Nobody tells the balancer: it may take a moment to see it.
        Eventually.True(() => Send(testbed, flowlb, injection).ByTarget[0].PacketsByFlow.Count == 0,
            "nothing at the old target");
        prediction.Check(Send(testbed, flowlb, injection), PacketsPerFlow);
    });

    private void OnTestbed(Action<Testbed> test) => UndisturbedTestbed.Run(RuleSet.TargetCount, output, test);

    private Arrivals Send(Testbed testbed, BackgroundProcess flowlb, Injection injection)
    {
        int packets = injection.FlowCount * PacketsPerFlow;
        long seenBefore = Balancer.Queues(flowlb).Sum(q => q.Queued + q.Dropped);
        TargetCaptures captures = TargetCaptures.Start(testbed);
        double rate = injection.Send(testbed.Client, packets, PacketsPerSecond);
        WaitUntilAllHaveAVerdict(flowlb, seenBefore + packets);
        Arrivals arrivals = captures.Stop();
        output.WriteLine($"{packets} packets sent at {rate:f0}/s, {arrivals.Total} arrived");
        return arrivals;
    }

    private static void WaitUntilAllHaveAVerdict(BackgroundProcess flowlb, long packets)
    {
        flowlb.WaitUntil(() =>
        {
            IReadOnlyList<QueueStatus> queues = Balancer.Queues(flowlb);
            return queues.Sum(q => q.Queued + q.Dropped) == packets && queues.All(q => q.Waiting == 0);
        }, $"all {packets} packets queued and given a verdict");
        Assert.Equal(0, Balancer.Queues(flowlb).Sum(q => q.Dropped));
    }

    // A rule set that no packet tries out proves nothing: each flow and each end must be met, by both families.
    private static void CheckThatNothingIsLeftOut(BalancerModel model, IReadOnlyList<PacketTuple> flows,
        Prediction prediction)
    {
        ILookup<string?, PacketTuple> byRule = flows.ToLookup(flow => model.FlowOf(flow)?.Name);
        Assert.All(model.Flows.Select(flow => flow.Name).Append(null), name => Assert.NotEmpty(byRule[name]));
        Assert.Equal(RuleSet.TargetCount, prediction.FlowsByMark.Count);
        Assert.All(prediction.FlowsByMark,
            target => Assert.Equal(2, target.Select(flow => flow.Source.AddressFamily).Distinct().Count()));
        Assert.Equal(flows.Count, flows.Distinct().Count());
    }

    /// <summary>What flowlb itself counts: every packet once by queue, and by target as the model has them.</summary>
    private static void CheckCounters(Testbed testbed, Prediction prediction)
    {
        JsonElement counters = testbed.Balancer.Counters();
        Assert.Equal(
            FlowCount * PacketsPerFlow,
            counters.GetProperty("queues").EnumerateArray().Sum(queue => queue.GetProperty("packets").GetInt32()));
        var byMark = counters.GetProperty("targets").EnumerateArray()
            .GroupBy(target => target.GetProperty("fwmark").GetInt32())
            .ToDictionary(mark => mark.Key, mark => mark.Sum(target => target.GetProperty("packets").GetInt32()));
        Assert.All(byMark, mark => Assert.Equal(
            prediction.FlowsByMark[mark.Key].Count() * PacketsPerFlow, mark.Value));
        Assert.Equal(byMark.Values.Sum(), counters.GetProperty("balanced").GetInt32());
    }

    private static Dictionary<string, long> MatchCounts(Testbed testbed) =>
        JsonDocument.Parse(testbed.Balancer.Nfqlb("flow-list").MustSucceed().Stdout).RootElement.EnumerateArray()
            .ToDictionary(flow => flow.GetProperty("name").GetString()!,
                flow => flow.GetProperty("matches_count").GetInt64());
}
