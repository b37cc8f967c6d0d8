using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>What `stats` prints of a fragment table is what has happened to it.</summary>
[Collection(SharedTestbed.Name)]
public sealed class FragmentStatisticsTests(SharedTestbed testbed, ITestOutputHelper output)
{
    private const int Whole = 10, Orphans = 8, PiecesOfOrphan = 2;
    private const string Segment = "ft-of-this-test";

    private static readonly string[] Options =
    [
        $"--tun={SharedTestbed.Tun}", $"--ft_shm={Segment}", "--ft_size=100", "--ft_buckets=50", "--ft_frag=64",
        "--ft_ttl=2500", "--mtu=1500",
    ];

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void Figures_are_true_while_fragments_wait_and_when_their_time_is_over()
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(SharedTestbed.Marks) } };
        model.SetFlow(new FlowModel("all", "lb-1"));
        testbed.Run(model, Options, output, crossing =>
        {
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, (Whole + Orphans) / 2, firstId: 8000);
            PredictedPacket[] whole = [.. packets.Take(Whole).SelectMany(packet => packet.Predict(model))];
            PredictedPacket[] orphans = [.. packets.Skip(Whole)
                .SelectMany(packet => packet.Pieces.TakeLast(PiecesOfOrphan))
                .Select(piece => new PredictedPacket(piece, null))];

            crossing.Check([.. whole, .. orphans]);

            Dictionary<string, int> constant = new()
            {
                ["hsize"] = 100, ["bucketsMax"] = 50, ["fragsMax"] = 64, ["ttlMillis"] = 2500, ["mtu"] = 1500,
                ["rejected"] = 0, ["bucketsAllocated"] = 0,
                ["inserts"] = packets.Length, ["lookups"] = whole.Length + orphans.Length, ["reAssembled"] = Whole,
            };
            AwaitFigures(crossing, new(constant)
            {
                ["bucketsUsed"] = packets.Length, ["fragsAllocated"] = orphans.Length,
                ["fragsDiscarded"] = 0, ["objGC"] = 0,
            });
            AwaitFigures(crossing, new(constant)
            {
                ["bucketsUsed"] = 0, ["fragsAllocated"] = 0,
                ["fragsDiscarded"] = orphans.Length, ["objGC"] = packets.Length,
            });
        });
    }

    private static void AwaitFigures(Crossing crossing, Dictionary<string, int> wanted)
    {
        Dictionary<string, int> seen = [];
        Exception? late = Record.Exception(() => Eventually.True(() =>
        {
            seen = Figures(crossing.Testbed.Balancer);
            return wanted.All(figure => seen[figure.Key] == figure.Value);
        }, "the figures"));
        Assert.True(late == null, $"not {string.Join(", ", wanted.Except(seen))}: {string.Join(", ", seen)}");
    }

    private static Dictionary<string, int> Figures(Balancer balancer) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(
            balancer.Nfqlb("stats", $"--ft_shm={Segment}").MustSucceed().Stdout)!;
}
