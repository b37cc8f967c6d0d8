using System.Net;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>Orphans, many more than there is room for, take nothing from packets that come backwards.</summary>
/// <remarks>With the options that a balancer has when nobody names any.</remarks>
[Collection(SharedTestbed.Name)]
public sealed class OrphanFloodTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 50, FloodSeconds = 5;

    private static readonly IPAddress Flooder = IPAddress.Parse("198.18.200.200");

    private readonly Random _random = Seed.Random(output);

    /// <summary>Ten packets at a time, each for 80 ms: four times as long as the room would last without shares.
    /// </summary>
    [KernelTheory]
    [InlineData(1_000)]
    [InlineData(5_000)]
    public void From_one_source_they_leave_others_alone(int orphansPerSecond)
    {
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 9000);
        Arrival[] arrivals = [.. packets.Chunk(10).SelectMany(few => Backwards(few))];
        Run(orphansPerSecond, [Flooder], arrivals, piecesPerSecond: 500);
    }

    /// <summary>Packet after packet, each for 4 ms; at this rate the room lasts for 20 ms.</summary>
    [KernelFact]
    public void From_forged_sources_they_leave_packets_alone_that_are_whole_before_the_room_has_filled_anew()
    {
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 9000);
        IPAddress[] forged = [.. Enumerable.Range(0, 5_000)
            .Select(_ => new IPAddress([198, 19, (byte)_random.Next(256), (byte)_random.Next(256)]))];
        Run(orphansPerSecond: 5_000, forged, ArrivalOrder.Reversed.By(_random, packets), piecesPerSecond: 1_000);
    }

    private void Run(
        int orphansPerSecond, IReadOnlyList<IPAddress> sources, Arrival[] arrivals, int piecesPerSecond)
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        byte[][] orphans = [.. OrphanFlood.Make(orphansPerSecond * FloodSeconds, sources)];
        testbed.Run(model, [RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}"], output, crossing =>
        {
            int early = arrivals.EarlyPieces();
            using var captures = WholeCaptures.Start(crossing.Testbed.Targets, crossing.Testbed.PathInSharedMemory);
            BackgroundProcess flooding = crossing.StartSending(orphans, orphansPerSecond, "orphans-to-send");
            crossing.Process.WaitUntil(() => crossing.QueuedSoFar() > orphansPerSecond / 2, "a flood that has begun");
            crossing.StartSending([.. arrivals.Select(arrival => arrival.Piece)], piecesPerSecond)
                .WaitForEnd().MustSucceed();
            Assert.False(flooding.HasEnded, "the flood has ended too early to say anything");
            flooding.WaitForEnd().MustSucceed();
            crossing.WaitForVerdicts(orphans.Length + arrivals.Length + early);

            PredictedPacket.Check(arrivals.SelectMany(arrival => arrival.Packet.Predict(model, [arrival.Piece])),
                captures.Stop(IpHeader.IsFragment));
            var fragments = crossing.Testbed.Balancer.Counters().GetProperty("fragments");
            output.WriteLine($"{fragments}");
            Assert.Equal(orphans.Length + early, fragments.GetProperty("stored").GetInt32());
            Assert.Equal(early, fragments.GetProperty("reinjected").GetInt32());
        });
    }

    /// <summary>The last pieces of all, then those before them.</summary>
    private static IEnumerable<Arrival> Backwards(FragmentedPacket[] packets) =>
        from piece in Enumerable.Range(1, FragmentedPacket.PieceCount)
        from packet in packets
        select new Arrival(packet, packet.Pieces[^piece]);
}
