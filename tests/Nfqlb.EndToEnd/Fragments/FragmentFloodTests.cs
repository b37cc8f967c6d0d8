using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>Fragments that never become a packet, far more than there is room for.</summary>
[Collection(SharedTestbed.Name)]
public sealed class FragmentFloodTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int FloodPackets = 20_000, FloodPacketsPerSecond = 12_000;
    private const int FlowCount = 500, PacketsPerFlow = 12, PacketsPerSecond = 4_000;
    private const int GrowthKilobytes = 4096;

    [KernelFact]
    public void A_flood_of_first_fragments_and_of_orphans_takes_no_memory_and_leaves_ordinary_packets_alone()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        testbed.Run(model, [RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}"], output, crossing =>
        {
            byte[][] flood = Flood();
            Assert.Equal(FloodPackets, flood.Length);
            var injection = new Injection("both", "1-65535", FlowCount);
            var prediction = new Prediction(
                model, SharedTestbed.Marks, injection.ListFlows(crossing.Testbed.Client));

            int memoryBefore = ResidentMemory.OfKilobytes(crossing.Flowlb);
            TargetCaptures captures = TargetCaptures.Start(crossing.Testbed);
            BackgroundProcess flooding = crossing.StartSending(flood, FloodPacketsPerSecond);
            injection.Send(crossing.Testbed.Client, FlowCount * PacketsPerFlow, PacketsPerSecond);
            flooding.WaitForEnd().MustSucceed();
            crossing.WaitForVerdicts(FloodPackets + FlowCount * PacketsPerFlow);

            prediction.Check(captures.Stop(), PacketsPerFlow);
            int growth = ResidentMemory.OfKilobytes(crossing.Flowlb) - memoryBefore;
            var fragments = crossing.Testbed.Balancer.Counters().GetProperty("fragments");
            output.WriteLine($"memory grew by {growth} kB; {fragments}");
            Assert.InRange(growth, int.MinValue, GrowthKilobytes);
            Assert.Equal(FloodPackets / 2, fragments.GetProperty("passed").GetInt32());
            int stored = fragments.GetProperty("stored").GetInt32();
            Assert.Equal(FloodPackets / 2, stored + fragments.GetProperty("not_stored").GetInt32());
            Assert.InRange(stored, 100, FloodPackets / 4); // what fits, and what fits again when that has expired
        });
    }

    // First fragments and last ones of different packets in turn, of both families, from many addresses.
    private static byte[][] Flood() =>
    [
        .. from number in Enumerable.Range(0, FloodPackets)
           let tuple = Tuples.WithPorts(number / 2 % 2 == 1, PacketTuple.Udp, number % 1000)
           let header = IpHeader.Of(tuple)
           let isFirst = number % 2 == 0
           select header.Fragment(Payload, (uint)(10_000 + number), isFirst ? 0 : 64, isFirst ? 64 : Payload.Length),
    ];

    private static readonly byte[] Payload = Segment.Of(
        new PacketTuple(Tuples.Client(false, 1), Tuples.VirtualAddress(false), PacketTuple.Udp, 1, 2), new byte[120]);
}
