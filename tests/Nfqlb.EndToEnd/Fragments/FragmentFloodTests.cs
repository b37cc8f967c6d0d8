using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>
/// Fragments that never become a packet, far more than there is room for; whole packets and packets in fragments
/// come at the same time.
/// </summary>
[Collection(SharedTestbed.Name)]
public sealed class FragmentFloodTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int FloodPackets = 20_000, FloodPacketsPerSecond = 12_000;
    private const int FlowCount = 500, PacketsPerFlow = 12, PacketsPerSecond = 4_000;
    private const int GenuinePackets = 60;
    private const int GrowthKilobytes = 4096;

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void A_flood_of_first_fragments_and_of_orphans_takes_no_memory_and_leaves_all_others_alone()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        testbed.Run(model, [RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}"], output, crossing =>
        {
            List<PredictedPacket> flood = [.. Flood(model)];
            Assert.Equal(FloodPackets, flood.Count);
            PredictedPacket[][] genuine = [.. FragmentedPacket.Some(_random, GenuinePackets / 2, firstId: 100)
                .Select(packet => packet.Predict(model).ToArray())];
            foreach (PredictedPacket[] pieces in genuine)
            {
                flood.InsertRange(_random.Next(flood.Count), pieces);
            }
            var injection = new Injection("both", "1-65535", FlowCount);
            var prediction = new Prediction(
                model, SharedTestbed.Marks, injection.ListFlows(crossing.Testbed.Client));

            int memoryBefore = ResidentMemory.OfKilobytes(crossing.Process);
            TargetCaptures captures = TargetCaptures.Start(crossing.Testbed);
            using var wholeCaptures =
                WholeCaptures.Start(crossing.Testbed.Targets, crossing.Testbed.PathInSharedMemory);
            BackgroundProcess flooding =
                crossing.StartSending([.. flood.Select(packet => packet.Bytes)], FloodPacketsPerSecond);
            injection.Send(crossing.Testbed.Client, FlowCount * PacketsPerFlow, PacketsPerSecond);
            flooding.WaitForEnd().MustSucceed();
            crossing.WaitForVerdicts(flood.Count + FlowCount * PacketsPerFlow);

            prediction.Check(captures.Stop(), PacketsPerFlow);
            PredictedPacket.Check(flood, wholeCaptures.Stop(IpHeader.IsFragment));
            int growth = ResidentMemory.OfKilobytes(crossing.Process) - memoryBefore;
            var fragments = crossing.Testbed.Balancer.Counters().GetProperty("fragments");
            output.WriteLine($"memory grew by {growth} kB; {fragments}");
            Assert.InRange(growth, int.MinValue, GrowthKilobytes);
            Assert.Equal(FloodPackets / 2 + genuine.Sum(pieces => pieces.Length),
                fragments.GetProperty("passed").GetInt32());
            Assert.Equal((FloodPackets / 2, 0),
                (fragments.GetProperty("stored").GetInt32(), fragments.GetProperty("not_stored").GetInt32()));
            Assert.InRange(fragments.GetProperty("displaced").GetInt32(), 1, FloodPackets / 2 - 1);
        });
    }

    // First fragments and last ones of different packets in turn, of both families, from many addresses.
    private static IEnumerable<PredictedPacket> Flood(BalancerModel model) =>
        from number in Enumerable.Range(0, FloodPackets)
        let tuple = Tuples.WithPorts(number / 2 % 2 == 1, PacketTuple.Udp, number % 1000)
        let header = IpHeader.Of(tuple)
        let id = (uint)(10_000 + number)
        select number % 2 == 0
            ? new PredictedPacket(header.Fragment(Segment.Of(tuple, Payload), id, 0, 64), model.MarkOf(tuple))
            : new PredictedPacket(header.Fragment(Segment.Of(tuple, Payload), id, 64, int.MaxValue), null);

    private static readonly byte[] Payload = new byte[120];
}
