using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Packets through the kernel's queues: each at the one target that the model names, none lost, none twice.</summary>
public sealed class DeliveryTests(ITestOutputHelper output) : IDisposable
{
    private const int FlowCount = 6_000, PacketsPerFlow = 3, PacketsPerSecond = 15_000;

    private readonly Testbed _testbed = new(RuleSet.TargetCount);

    [KernelFact]
    public void Every_packet_of_6000_flows_is_at_the_predicted_target_and_counted_once()
    {
        BalancerModel model = RuleSet.Model();
        BackgroundProcess flowlb = _testbed.Balancer.StartFlowlb("0:3", RuleSet.FlowlbOptions);
        RuleSet.Configure(_testbed.Balancer, model);
        var injection = new Injection("both", "1-65535", FlowCount);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(_testbed.Client);
        var prediction = new Prediction(model, _testbed.Marks, flows);
        CheckThatNothingIsLeftOut(model, flows, prediction);

        Arrivals arrivals = Send(flowlb, injection);

        prediction.Check(arrivals, PacketsPerFlow);
        Assert.All(Balancer.Queues(flowlb), queue => Assert.True(queue.Queued > FlowCount / 10, $"idle: {queue}"));
        CheckMatchCounts(model, flows);
    }

    [KernelFact]
    public void Without_marks_for_them_packets_without_flow_or_target_are_dropped()
    {
        BalancerModel full = RuleSet.Model();
        var model = new BalancerModel();
        foreach ((string name, PoolModel pool) in full.Pools)
        {
            model.Pools[name] = pool;
        }
        foreach (FlowModel flow in full.Flows)
        {
            model.SetFlow(flow);
        }
        BackgroundProcess flowlb = _testbed.Balancer.StartFlowlb("0:3");
        RuleSet.Configure(_testbed.Balancer, model);
        // The other virtual addresses: flow "web" does not hold for them.
        var injection = new Injection("both", "1-65535", FlowCount)
        {
            Destination4 = Testbed.VirtualAddresses[1], Destination6 = Testbed.VirtualAddresses[3],
        };
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(_testbed.Client);
        var prediction = new Prediction(model, _testbed.Marks, flows);
        Assert.NotEmpty(prediction.FlowsByMark[null]);

        prediction.Check(Send(flowlb, injection), PacketsPerFlow);
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Echo_requests_follow_the_addresses_of_flows_when_ping_is_promiscuous(bool promiscuous)
    {
        BalancerModel model = RuleSet.Model(promiscuous);
        string[] ping = promiscuous ? ["--promiscuous_ping"] : [];
        BackgroundProcess flowlb = _testbed.Balancer.StartFlowlb("0:3", [.. RuleSet.FlowlbOptions, .. ping]);
        RuleSet.Configure(_testbed.Balancer, model);
        var injection = new Injection("echo", "1", FlowCount / 10);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(_testbed.Client);
        var prediction = new Prediction(model, _testbed.Marks, flows);
        // Both ways are only told apart if they differ.
        Assert.Equal(promiscuous, !prediction.FlowsByMark.Contains(model.NoFlowMark));

        prediction.Check(Send(flowlb, injection), PacketsPerFlow);
    }

    [KernelFact]
    public void Setting_a_flow_again_keeps_its_count()
    {
        var model = new BalancerModel { Pools = { ["few"] = new PoolModel(997, 10).Activate(_testbed.Targets[0].Mark) } };
        var flow = new FlowModel("all", "few") { Protocols = ["udp"], DestinationPorts = ["1-100"] };
        model.SetFlow(flow);
        BackgroundProcess flowlb = _testbed.Balancer.StartFlowlb("0:3");
        RuleSet.Configure(_testbed.Balancer, model);
        Send(flowlb, new Injection("udp", "1-100", FlowCount: 50));
        const int Matches = 50 * PacketsPerFlow;
        Assert.Equal(Matches, MatchCounts()["all"]);

        _testbed.Balancer.Nfqlb(flow.SetCommand).MustSucceed();
        Assert.Equal(Matches, MatchCounts()["all"]);

        _testbed.Balancer.Nfqlb((flow with { Priority = 7 }).SetCommand).MustSucceed();
        Assert.Equal(Matches, MatchCounts()["all"]);
    }

    public void Dispose() => _testbed.Dispose();

    private Arrivals Send(BackgroundProcess flowlb, Injection injection)
    {
        TargetCaptures captures = TargetCaptures.Start(_testbed);
        int packets = injection.FlowCount * PacketsPerFlow;
        double rate = injection.Send(_testbed.Client, packets, PacketsPerSecond);
        WaitUntilAllHaveAVerdict(flowlb, packets);
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
        Assert.All(prediction.FlowsByMark, target => Assert.Equal(2, target.Select(f => f.Source.AddressFamily).Distinct().Count()));
        Assert.Equal(flows.Count, flows.Distinct().Count());
    }

    private void CheckMatchCounts(BalancerModel model, IReadOnlyList<PacketTuple> flows)
    {
        Dictionary<string, long> wanted = flows.Select(flow => model.FlowOf(flow)?.Name).OfType<string>()
            .CountBy(name => name).ToDictionary(pair => pair.Key, pair => (long)pair.Value * PacketsPerFlow);

        Assert.Equal(wanted.OrderBy(pair => pair.Key), MatchCounts().OrderBy(pair => pair.Key));
    }

    private Dictionary<string, long> MatchCounts() =>
        JsonDocument.Parse(_testbed.Balancer.Nfqlb("flow-list").MustSucceed().Stdout).RootElement.EnumerateArray()
            .ToDictionary(flow => flow.GetProperty("name").GetString()!,
                flow => flow.GetProperty("matches_count").GetInt64());
}
