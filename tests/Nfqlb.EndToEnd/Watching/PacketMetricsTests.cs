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
        string[] options =
            [RuleSet.LongQueues, $"--tun={SharedTestbed.Tun}", "--ft_ttl=10000", "--http=unix:/dev/shm/watched"];
        testbed.Run(model, options, output, crossing =>
        {
            PredictedPacket[] whole = [.. Some(PacketTuple.Tcp, 80), .. Some(PacketTuple.Udp, 80)];
            PredictedPacket[] withoutTarget = [.. Some(PacketTuple.Udp, 81)];
            PredictedPacket[] withoutFlow = [.. Some(PacketTuple.Tcp, 82), .. Some(PacketTuple.Tcp, 82).Take(7)];
            FragmentedPacket[] fragmented =
                [.. FragmentedPacket.Some(_random, 3, firstId: 9900).Where(packet => model.MarkOf(packet.Tuple) != null)];
            PredictedPacket[] fragments = [.. fragmented.SelectMany(packet => packet.Predict(model))];
            // TCP that ends within its ports.
            PredictedPacket[] unparsable =
            [
                .. Enumerable.Range(0, 5).Select(number => new PredictedPacket(
                    IpHeader.Of(Tuples.WithPorts(false, PacketTuple.Tcp, number)).Carry([0, 80, 0]), null)),
            ];

            crossing.Check([.. whole, .. withoutTarget, .. withoutFlow, .. fragments, .. unparsable]);

            var metrics = new MetricsText(HttpView.Get(crossing.Testbed.PathInSharedMemory("watched"), "/metrics"));
            int all = whole.Length + withoutTarget.Length + withoutFlow.Length + fragments.Length + unparsable.Length;
            Assert.Equal(all, metrics.Sum("nfqlb_queue_received_packets_total"));
            Assert.Equal(all, metrics.Sum("nfqlb_queue_verdicts_total"));
            Assert.Equal(all, metrics.Sum("nfqlb_queue_batch_packets_sum"));
            Assert.Equal(whole.Length + fragments.Length,
                metrics.Sum("nfqlb_queue_verdicts_total", "verdict=\"accept\""));
            Assert.Equal(metrics.Sum("nfqlb_queue_batch_packets_count"),
                metrics.Sum("nfqlb_queue_batch_packets_bucket", "le=\"+Inf\""));
            Assert.Equal(0, metrics.Sum("nfqlb_queue_dropped_packets_total"));
            Assert.Equal(0, metrics.Sum("nfqlb_queue_backlog_packets"));

            Assert.Equal(whole.Length + fragmented.Length, metrics["nfqlb_balanced_packets_total"]);
            Assert.Equal(withoutFlow.Length, metrics["nfqlb_no_flow_packets_total"]);
            Assert.Equal(withoutTarget.Length, metrics["nfqlb_no_target_packets_total"]);
            Assert.Equal(unparsable.Length, metrics["nfqlb_unparsable_packets_total{reason=\"ports_truncated\"}"]);
            Assert.Equal(unparsable.Length, metrics.Sum("nfqlb_unparsable_packets_total"));
            Assert.Equal(fragments.Length, metrics["nfqlb_fragments_total{outcome=\"passed\"}"]);
            Assert.Equal(fragmented.Length, metrics["nfqlb_fragmented_packets_total{event=\"remembered\"}"]);

            Assert.Equal(whole.Length + fragmented.Length,
                metrics["nfqlb_flow_packets_total{flow=\"services\",pool=\"full\"}"]);
            Assert.Equal(withoutTarget.Length, metrics["nfqlb_flow_packets_total{flow=\"nowhere\",pool=\"empty\"}"]);
            PredictedPacket[] counted =
                [.. whole, .. fragmented.Select(packet => packet.Predict(model, packet.Pieces.Take(1)).Single())];
            foreach ((int slot, int mark) in SharedTestbed.Marks.Index())
            {
                string labels = $"{{pool=\"full\",slot=\"{slot}\",mark=\"{mark}\"}}";
                PredictedPacket[] its = [.. counted.Where(packet => packet.Mark == mark)];
                Assert.NotEmpty(its);
                Assert.Equal(its.Length, metrics[$"nfqlb_target_packets_total{labels}"]);
                Assert.Equal(its.Sum(packet => packet.Bytes.Length), metrics[$"nfqlb_target_bytes_total{labels}"]);
            }
        });

        // Longer than what is copied of a packet without a tun device, too: bytes are those on the wire.
        IEnumerable<PredictedPacket> Some(byte protocol, ushort port) =>
            from isIPv6 in Tuples.Families
            from number in Enumerable.Range(0, OfEachKind)
            let tuple = Tuples.WithPorts(isIPv6, protocol, number, port)
            select new PredictedPacket(
                IpHeader.Of(tuple).Carry(Segment.Of(tuple, new byte[_random.Next(1, 1200)])), model.MarkOf(tuple));
    }
}
