using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>All fragments of a packet reach the target of its first one, once, in whatever order they come.</summary>
[Collection(SharedTestbed.Name)]
public sealed class FragmentTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 30;

    // Room for all that a case sends, and time enough on a busy machine.
    private static readonly string[] Options =
        [RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_frag=400", "--ft_ttl=10000"];

    private readonly Random _random = Seed.Random(output);

    [KernelTheory]
    [InlineData(ArrivalOrder.InOrder)]
    [InlineData(ArrivalOrder.Reversed)]
    [InlineData(ArrivalOrder.Shuffled)]
    [InlineData(ArrivalOrder.Interleaved)]
    public void Every_fragment_arrives_once_at_the_target_of_the_first(ArrivalOrder order) => Run(Options, crossing =>
    {
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 1000);
        Assert.All(SharedTestbed.Marks,
            mark => Assert.Contains(packets, packet => crossing.Model.MarkOf(packet.Tuple) == mark));
        Arrival[] arrivals = order.By(_random, packets);

        crossing.Check(Predict(crossing.Model, arrivals), returning: arrivals.EarlyPieces());
    });

    [KernelFact]
    public void A_duplicate_is_dropped_and_a_loss_leaves_the_others_alone() => Run(Options, crossing =>
    {
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 2000);
        Arrival[] arrivals = ArrivalOrder.Shuffled.By(_random, packets).GroupBy(arrival => arrival.Packet.Pieces[0])
            .SelectMany((ofOne, i) => DoubleOne(i % 2 == 0 ? ofOne : LoseOne([.. ofOne]))).ToArray();
        HashSet<byte[]> firstsThatCame = [.. arrivals.Select(arrival => arrival.Piece)];
        HashSet<byte[]> seen = [];
        PredictedPacket[] predicted = [.. arrivals.Select(arrival => new PredictedPacket(arrival.Piece,
            seen.Add(arrival.Piece) && firstsThatCame.Contains(arrival.Packet.Pieces[0])
                ? crossing.Model.MarkOf(arrival.Packet.Tuple)
                : null))];
        Assert.Contains(predicted, packet => packet.Mark == null);

        crossing.Check(predicted, returning: arrivals.EarlyPieces());
    });

    [KernelFact]
    public void Fragments_of_one_packet_may_come_by_different_queues() => Run(Options, crossing =>
    {
        FragmentedPacket[] packets =
            FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 3000, virtualAddress: 1);
        Arrival[] arrivals = ArrivalOrder.Interleaved.By(_random, packets);
        using var _ = new SprayedQueues(crossing.Testbed.Balancer.Host, Testbed.VirtualAddresses[1],
            Testbed.VirtualAddresses[3]);

        crossing.Check(Predict(crossing.Model, arrivals), returning: null);

        Assert.All(Balancer.Queues(crossing.Process),
            queue => Assert.True(queue.Queued > arrivals.Length / 5, $"{queue}"));
    });

    [KernelFact]
    public void A_fragment_header_may_stand_behind_other_extension_headers() => Run(Options, crossing =>
    {
        FragmentedPacket[] packets =
        [
            .. FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 4000)
                .Where(packet => Testbed.IsIPv6($"{packet.Tuple.Source}"))
                .Select((packet, i) => packet with
                {
                    Pieces = (packet.Header with { Extensions = [.. Enum.GetValues<Extension>().Skip(i % 3)] })
                        .Fragments(packet.Segment[..Math.Min(packet.Segment.Length, 5000)], packet.Id, 5),
                }),
        ];
        Arrival[] arrivals = ArrivalOrder.Shuffled.By(_random, packets);

        crossing.Check(Predict(crossing.Model, arrivals), returning: arrivals.EarlyPieces());
    });

    [KernelFact]
    public void What_overlaps_is_dropped_with_all_that_follows_of_its_packet() => Run(Options, crossing =>
    {
        List<PredictedPacket> predicted = [];
        foreach ((int i, FragmentedPacket packet) in
            FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 5000).Index())
        {
            IReadOnlyList<byte[]> pieces = packet.Pieces;
            byte[][] good = i % 3 == 0 ? [pieces[0], pieces[1]] : [];
            byte[][] bad = (i % 3) switch
            {
                0 => [packet.Overlap(1), pieces[2], pieces[3], pieces[4]],
                1 => [pieces[2], packet.Overlap(1), pieces[0], pieces[1], pieces[3], pieces[4]], // while they wait
                _ => [pieces[4], packet.OtherEnd(), pieces[0], pieces[1]],
            };
            predicted.AddRange(packet.Predict(crossing.Model, good));
            predicted.AddRange(bad.Select(piece => new PredictedPacket(piece, null)));
        }

        crossing.Check(predicted);
        Assert.Equal(predicted.Count(packet => packet.Mark == null) - Count(crossing, "stored"),
            Count(crossing, "poisoned"));
    });

    [KernelFact]
    public void Without_a_tun_device_what_comes_before_its_first_fragment_is_dropped_and_counted() =>
        Run([RuleSet.LongQueues, "--ft_ttl=10000"], crossing =>
        {
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 6000);
            FragmentedPacket[] reversed = [.. packets.Where((_, i) => i % 2 == 0)];
            PredictedPacket[] predicted =
            [
                .. Predict(crossing.Model, ArrivalOrder.InOrder.By(_random, packets.Except(reversed))),
                .. reversed.SelectMany(packet => packet.Pieces.Skip(1).Reverse()
                    .Select(piece => new PredictedPacket(piece, null))
                    .Concat(packet.Predict(crossing.Model, [packet.Pieces[0]]))),
            ];

            crossing.Check(predicted);

            Assert.Equal(reversed.Length * (FragmentedPacket.PieceCount - 1), Count(crossing, "not_stored"));
            Assert.Equal(predicted.Count(packet => packet.Mark != null), Count(crossing, "passed"));
        });

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fragments_may_come_long_behind_the_first_as_long_as_each_is_in_time_behind_the_one_before(
        bool isReversed) => Run([RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_ttl=1000"], crossing =>
        {
            // 0.6 s between two pieces of a packet: 2.4 s from the first to the last one.
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, 5, firstId: 7500);
            Arrival[] arrivals =
            [
                .. from i in Enumerable.Range(0, FragmentedPacket.PieceCount)
                   let piece = isReversed ? FragmentedPacket.PieceCount - 1 - i : i
                   from packet in packets
                   select new Arrival(packet, packet.Pieces[piece]),
            ];
            int returning = arrivals.EarlyPieces();
            using var captures = WholeCaptures.Start(crossing.Testbed.Targets, crossing.Testbed.PathInSharedMemory);
            crossing.StartSending([.. arrivals.Select(arrival => arrival.Piece)], packetsPerSecond: 16)
                .WaitForEnd().MustSucceed();
            crossing.WaitForVerdicts(arrivals.Length + returning);
            PredictedPacket.Check(Predict(crossing.Model, arrivals), captures.Stop());
        });

    [KernelFact]
    public void Fifty_copies_of_a_first_fragment_are_one_packet_in_every_count() => Run(Options, crossing =>
    {
        // Without its last piece, so that a copy cannot be the next packet with its id.
        const int Copies = 50, Early = FragmentedPacket.PieceCount - 2;
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, 4, firstId: 7700);
        PredictedPacket[] sent =
        [
            .. packets.SelectMany(packet => packet
                .Predict(crossing.Model, [.. packet.Pieces.Skip(1).Take(Early).Reverse(), packet.Pieces[0]])
                .Concat(Enumerable.Repeat(new PredictedPacket(packet.Pieces[0], null), Copies - 1))),
        ];

        crossing.Check(sent, returning: packets.Length * Early);

        var counters = crossing.Testbed.Balancer.Counters();
        int Sum(string array, string key) =>
            counters.GetProperty(array).EnumerateArray().Sum(row => row.GetProperty(key).GetInt32());
        Assert.Equal(packets.Length, counters.GetProperty("balanced").GetInt32());
        Assert.Equal(packets.Length, Sum("targets", "packets"));
        Assert.Equal(packets.Sum(packet => packet.Pieces[0].Length), Sum("targets", "bytes"));
        Assert.Equal(packets.Length * (Copies - 1), Count(crossing, "duplicate"));
        Assert.Equal(packets.Length * (Early + 1), Count(crossing, "passed"));
        Assert.Equal(packets.Length * (Early + 1), Sum("queues", "accepted"));
        Assert.Equal(packets.Length * (Early + Copies - 1), Sum("queues", "dropped"));
    });

    [KernelFact]
    public void With_a_reassembler_an_id_is_free_again_once_its_packet_has_passed() =>
        Run([.. Options, "--reassembler=500"], crossing =>
        {
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 7000);
            Arrival[] arrivals = ArrivalOrder.InOrder.By(_random, packets);

            crossing.Check([.. Predict(crossing.Model, arrivals), .. Predict(crossing.Model, arrivals)]);
        });

    private void Run(string[] options, Action<Crossing> test)
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("services", "lb-1")
        {
            Priority = 1, Protocols = ["tcp", "udp", "sctp"], DestinationPorts = ["80"],
        });
        model.SetFlow(new FlowModel("pings", "lb-1"));
        testbed.Run(model, options, output, test);
    }

    private static PredictedPacket[] Predict(
        BalancerModel model, IEnumerable<Arrival> arrivals) =>
        [.. arrivals.SelectMany(arrival => arrival.Packet.Predict(model, [arrival.Piece]))];

    private List<Arrival> LoseOne(List<Arrival> pieces)
    {
        pieces.RemoveAt(_random.Next(pieces.Count));
        return pieces;
    }

    // A first fragment that comes once more after a packet has passed whole would begin the next one of its id.
    private List<Arrival> DoubleOne(IEnumerable<Arrival> pieces)
    {
        List<Arrival> doubled = [.. pieces];
        Arrival[] later = [.. doubled.Where(arrival => arrival.Piece != arrival.Packet.Pieces[0])];
        doubled.Insert(_random.Next(doubled.Count + 1), later[_random.Next(later.Length)]);
        return doubled;
    }

    private static long Count(Crossing crossing, string outcome) =>
        crossing.Testbed.Balancer.Counters().GetProperty("fragments").GetProperty(outcome).GetInt64();
}
