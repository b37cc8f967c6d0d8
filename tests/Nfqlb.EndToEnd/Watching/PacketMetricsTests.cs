using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Metrics say what was sent.</summary>
[Collection(SharedTestbed.Name)]
public sealed class PacketMetricsTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int OfEachKind = 40;

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void Packets_and_bytes_are_those_that_were_sent()
    {
        var model = new BalancerModel
        {
            Pools =
            {
                ["full"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks),
                ["empty"] = new PoolModel(101, 4),
            },
        };
        model.SetFlow(new FlowModel("services", "full")
        {
            Protocols = ["tcp", "udp", "sctp"], DestinationPorts = ["80"],
        });
        model.SetFlow(new FlowModel("nowhere", "empty") { Protocols = ["udp"], DestinationPorts = ["81"] });
        // Without a tun device 256 bytes of a packet are copied: its length must come from elsewhere.
        string[] options =
            [RuleSet.LongQueues, "--ft_ttl=10000", "--http=unix:/dev/shm/watched"];
        testbed.Run(model, options, output, crossing =>
        {
            var sent = new Sent(_random, model);

            crossing.Check([.. sent.All]);

            var metrics = new MetricsText(HttpView.Get(crossing.Testbed.PathInSharedMemory("watched"), "/metrics"));
            CheckQueues(metrics, sent);
            CheckOutcomes(metrics, sent);
            CheckTargets(metrics, sent);
        });
    }

    private static void CheckQueues(MetricsText metrics, Sent sent)
    {
        int all = sent.All.Count();
        Assert.Equal(all, metrics.Sum("nfqlb_queue_received_packets_total"));
        Assert.Equal(all, metrics.Sum("nfqlb_queue_verdicts_total"));
        Assert.Equal(sent.All.Sum(packet => packet.Bytes.Length), metrics.Sum("nfqlb_queue_answered_bytes_total"));
        Assert.Equal(all, metrics.Sum("nfqlb_queue_batch_packets_sum"));
        Assert.Equal(sent.All.Count(packet => packet.Mark != null),
            metrics.Sum("nfqlb_queue_verdicts_total", "verdict=\"accept\""));
        Assert.Equal(metrics.Sum("nfqlb_queue_batch_packets_count"),
            metrics.Sum("nfqlb_queue_batch_packets_bucket", "le=\"+Inf\""));
        Assert.Equal(0, metrics.Sum("nfqlb_queue_dropped_packets_total"));
        Assert.Equal(0, metrics.Sum("nfqlb_queue_backlog_packets"));
    }

    private static void CheckOutcomes(MetricsText metrics, Sent sent)
    {
        int balanced = sent.Counted.Count();
        int fragmented = sent.Fragmented.Length;
        int fragments = fragmented * FragmentedPacket.PieceCount;
        Assert.Equal(balanced, metrics["nfqlb_balanced_packets_total"]);
        Assert.Equal(sent.WithoutFlow.Length, metrics["nfqlb_no_flow_packets_total"]);
        Assert.Equal(sent.WithoutTarget.Length, metrics["nfqlb_no_target_packets_total"]);
        Assert.Equal(sent.Unparsable.Length, metrics["nfqlb_unparsable_packets_total{reason=\"ports_truncated\"}"]);
        Assert.Equal(sent.Unparsable.Length, metrics.Sum("nfqlb_unparsable_packets_total"));
        Assert.Equal(fragments, metrics["nfqlb_fragments_total{outcome=\"passed\"}"]);
        Assert.Equal(fragmented, metrics["nfqlb_fragmented_packets_total{event=\"remembered\"}"]);
        Assert.Equal(balanced, metrics["nfqlb_flow_packets_total{flow=\"services\",pool=\"full\"}"]);
        Assert.Equal(sent.WithoutTarget.Length,
            metrics["nfqlb_flow_packets_total{flow=\"nowhere\",pool=\"empty\"}"]);
    }

    private static void CheckTargets(MetricsText metrics, Sent sent)
    {
        foreach ((int slot, int mark) in SharedTestbed.Marks.Index())
        {
            string labels = $"{{pool=\"full\",target=\"\",slot=\"{slot}\",mark=\"{mark}\"}}";
            PredictedPacket[] its = [.. sent.Counted.Where(packet => packet.Mark == mark)];
            Assert.NotEmpty(its);
            Assert.Equal(its.Length, metrics[$"nfqlb_target_packets_total{labels}"]);
            Assert.Equal(its.Sum(packet => packet.Bytes.Length), metrics[$"nfqlb_target_bytes_total{labels}"]);
        }
    }

    /// <summary>Known numbers of packets of each kind.</summary>
    private sealed class Sent(Random random, BalancerModel model)
    {
        public PredictedPacket[] Whole { get; } =
            [.. Some(random, model, PacketTuple.Tcp, 80), .. Some(random, model, PacketTuple.Udp, 80)];

        public PredictedPacket[] WithoutTarget { get; } = [.. Some(random, model, PacketTuple.Udp, 81)];

        public PredictedPacket[] WithoutFlow { get; } = [.. Some(random, model, PacketTuple.Tcp, 82).Skip(7)];

        public FragmentedPacket[] Fragmented { get; } =
        [
            .. FragmentedPacket.Some(random, 3, firstId: 9900).Where(packet => model.MarkOf(packet.Tuple) != null),
        ];

        /// <summary>TCP that ends within its ports.</summary>
        public PredictedPacket[] Unparsable { get; } =
        [
            .. Enumerable.Range(0, 5).Select(number => new PredictedPacket(
                IpHeader.Of(Tuples.WithPorts(false, PacketTuple.Tcp, number)).Carry([0, 80, 0]), null)),
        ];

        public IEnumerable<PredictedPacket> All =>
        [
            .. Whole, .. WithoutTarget, .. WithoutFlow, .. Fragmented.SelectMany(packet => packet.Predict(model)),
            .. Unparsable,
        ];

        /// <summary>Those that count for a target: of a fragmented packet the first fragment.</summary>
        public IEnumerable<PredictedPacket> Counted =>
            [.. Whole, .. Fragmented.Select(packet => packet.Predict(model, packet.Pieces.Take(1)).Single())];

        private static IEnumerable<PredictedPacket> Some(
            Random random, BalancerModel model, byte protocol, ushort port) =>
            from isIPv6 in Tuples.Families
            from number in Enumerable.Range(0, OfEachKind)
            let tuple = Tuples.WithPorts(isIPv6, protocol, number, port)
            let payload = new byte[random.Next(1, 1200)]
            select new PredictedPacket(IpHeader.Of(tuple).Carry(Segment.Of(tuple, payload)), model.MarkOf(tuple));
    }
}
