using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>Of one connection whole packets are decided in the kernel and fragments in the queues: all meet one target.
/// </summary>
[BesideOthers]
public sealed class FastPathFragmentTests(ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 30;

    [KernelFact]
    public void Whole_packets_and_fragments_in_any_order_arrive_once_at_the_target_of_their_connection() =>
        UndisturbedTestbed.Run(4, output, testbed =>
        {
            Random random = Seed.Random(output);
            var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(testbed.Marks) } };
            model.SetFlow(new FlowModel("all", "lb-1"));
            FastBed.Prepare(testbed);
            testbed.Balancer.AddTun(SharedTestbed.Tun);
            BackgroundProcess flowlb = FastBed.Start(
                testbed,
                [
                    .. model.FlowlbOptions, RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_frag=400",
                    "--ft_ttl=10000",
                ]);
            RuleSet.Configure(testbed.Balancer, model);
            Eventually.True(() => FastBed.StateOf(testbed) == "on", "the kernel knows the flow");

            var crossing = new Crossing(testbed, flowlb, model);
            FragmentedPacket[] packets = FragmentedPacket.Some(random, PacketsOfEachFamily, firstId: 1000);
            Arrival[] fragments = ArrivalOrder.Interleaved.By(random, packets);
            Arrival[] wholes =
            [
                .. packets.Where(packet => packet.Tuple.DestinationPort > 0)
                    .Select(packet => new Arrival(packet, packet.Header.Carry(packet.Segment[..100]))),
            ];
            Arrival[] arrivals = [.. fragments, .. wholes];
            random.Shuffle(arrivals);
            using var captures = WholeCaptures.Start(testbed.Targets, testbed.PathInSharedMemory);
            crossing.StartSending([.. arrivals.Select(arrival => arrival.Piece)]).WaitForEnd().MustSucceed();
            int early = arrivals.Where(arrival => !wholes.Contains(arrival)).EarlyPieces();
            crossing.WaitForVerdicts(fragments.Length + early);
            Eventually.True(() => FastBed.Packets(testbed, "decided") >= wholes.Length, "whole packets decided");
            PredictedPacket.Check(
                arrivals.SelectMany(arrival => arrival.Packet.Predict(model, [arrival.Piece])), captures.Stop());
            Assert.Equal(wholes.Length, FastBed.Packets(testbed, "decided"));
            Assert.Equal(
                fragments.Length, FastBed.Packets(testbed, "fragment") + FastBed.Packets(testbed, "protocol"));
            Assert.Equal(
                wholes.Length + packets.Length,
                testbed.Balancer.Counters().GetProperty("balanced").GetInt64());
        });
}
