using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>While a change is rolled out balancers have different tables, and each may take a fragment for another
/// one's. Here every table is turned against the one before: of three fragments one stays, two are sent round.
/// </summary>
public sealed class TierTurnTests(ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 30;

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void Fragments_of_a_packet_stay_where_they_come_back_to() => Run(ttl: 10_000, round =>
    {
        var wayOf = round.Packets.ToDictionary(packet => packet, _ => _random.Next(BalancerTier.BalancerCount));
        round.Send([.. round.Arrivals.Select(arrival => wayOf[arrival.Packet])]);
        round.Await(() => round.Sum("stored") == round.Sum("reinjected"));

        PredictedPacket.Check(
            round.Arrivals.SelectMany(arrival => arrival.Packet.Predict(round.Model, [arrival.Piece])),
            round.Arrived());
        round.CheckTurns();
    });

    [KernelFact]
    public void Fragments_of_a_packet_that_come_to_different_balancers_arrive_or_are_dropped_once() =>
        Run(ttl: 1_000, round =>
        {
            round.Send([.. round.Arrivals.Select(_ => _random.Next(BalancerTier.BalancerCount))]);
            // `stats` is as it was up to a tenth of a second ago: "none is stored" may be from before they came.
            round.Await(() => round.Stats("fragsAllocated") == 0 && round.Stats("fragsDiscarded")
                >= round.Sum("stored") + round.Sum("not_stored") - round.Sum("reinjected"));

            byte[][] arrived = [.. round.Arrived().Values.SelectMany(packets => packets)];
            Assert.Distinct(arrived.Select(PredictedPacket.Identity));
            long dropped = round.Stats("fragsDiscarded") + round.Sum("duplicate") + round.Sum("poisoned");
            output.WriteLine($"{arrived.Length} arrived, {dropped} were dropped");
            Assert.Equal(round.Arrivals.Length, arrived.Length + dropped);
            Assert.NotEmpty(arrived);
            round.CheckTurns();
        });

    private void Run(int ttl, Action<Round> test) => Undisturbed.Run(output, () =>
    {
        using var round = new Round(ttl, _random);
        test(round);
    });

    private sealed class Round : IDisposable
    {
        private static readonly string[] Outcomes =
            ["passed", "stored", "not_stored", "duplicate", "poisoned", "to_other_balancer"];

        private readonly BalancerTier _tier = new();
        private readonly WholeCaptures _captures;

        public Round(int ttl, Random random)
        {
            Model = TierTests.Model(_tier);
            int[] marks = TierTests.TierMarks(_tier);
            foreach ((int i, TierBalancer balancer) in _tier.Balancers.Index())
            {
                TierTests.Start(_tier, balancer, Model, [.. marks[i..], .. marks[..i]], ttl);
            }
            Packets = FragmentedPacket.Some(random, PacketsOfEachFamily, firstId: 100);
            Arrivals = ArrivalOrder.Interleaved.By(random, Packets);
            _captures = WholeCaptures.Start(_tier.Targets, _tier.PathInSharedMemory);
        }

        public BalancerModel Model { get; }

        public FragmentedPacket[] Packets { get; }

        public Arrival[] Arrivals { get; }

        /// <param name="ways">The balancer that each fragment comes to first.</param>
        public void Send(IReadOnlyList<int> ways)
        {
            PcapFile.WriteEthernet(_tier.PathInSharedMemory("turned"),
                Arrivals.Zip(ways, (arrival, way) => (_tier.Balancers[way].Station, arrival.Piece)));
            _tier.Spreader.Run(Executables.Traffic, "replay", "/dev/shm/turned", $"--dev={BalancerTier.Segment}")
                .MustSucceed();
        }

        /// <summary>Returns when all have come through as many queues as they will.</summary>
        public void Await(Func<bool> isAtRest)
        {
            Exception? late = Record.Exception(() => Eventually.True(() => isAtRest()
                && Decided() == Arrivals.Length + Sum("to_other_balancer") + Sum("reinjected"), "rest"));
            Assert.True(late == null, $"{late?.Message}: {string.Join('\n', _tier.Balancers.Select(balancer =>
                balancer.Balancer.Counters().GetProperty("fragments")))}");
        }

        /// <summary>None is sent on twice by one balancer.</summary>
        public void CheckTurns()
        {
            Assert.InRange(Sum("to_other_balancer"), 1, BalancerTier.BalancerCount * Arrivals.Length);
            Assert.InRange(Sum("returned"), 1, Arrivals.Length + Sum("reinjected"));
        }

        public IReadOnlyDictionary<int, IReadOnlyList<byte[]>> Arrived() => _captures.Stop(IpHeader.IsFragment);

        /// <summary>What `counters` says of fragments.</summary>
        public long Sum(string key) => _tier.Balancers.Sum(balancer =>
            balancer.Balancer.Counters().GetProperty("fragments").GetProperty(key).GetInt64());

        /// <summary>What `stats` says.</summary>
        public long Stats(string key) => _tier.Balancers.Sum(balancer => JsonDocument.Parse(
            balancer.Balancer.Nfqlb("stats", $"--ft_shm=ft-{balancer.Host.Name}").MustSucceed().Stdout)
            .RootElement.GetProperty(key).GetInt64());

        public void Dispose()
        {
            _captures.Dispose();
            _tier.Dispose();
        }

        private long Decided() => Outcomes.Sum(Sum);
    }
}
