using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Wire;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fragments;

/// <summary>
/// Fragments have no ports for a router to go by, so those of one packet may come to different balancers. Each
/// balancer passes them on to the one that their addresses belong to.
/// </summary>
public sealed class TierTests(ITestOutputHelper output)
{
    private const int PacketsOfEachFamily = 30;

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void Fragments_sprayed_over_three_balancers_meet_at_one_target() => Undisturbed.Run(output, () =>
    {
        using var tier = new BalancerTier();
        BalancerModel model = Model(tier);
        BackgroundProcess[] balancers =
            [.. tier.Balancers.Select(balancer => Start(tier, balancer, model, TierMarks(tier), ttl: 10_000))];
        FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 100);
        Arrival[] arrivals = ArrivalOrder.Interleaved.By(_random, packets);
        TierBalancer[] ways = [.. arrivals.Select(_ => tier.Balancers[_random.Next(BalancerTier.BalancerCount)])];
        PcapFile.WriteEthernet(tier.PathInSharedMemory("sprayed"),
            arrivals.Zip(ways, (arrival, way) => (way.Station, arrival.Piece)));
        // Whose counters can be read through them.
        BackgroundProcess[] insideTargets = [.. tier.Targets.Select(target => target.Host.Start("sleep", "60"))];

        using var captures = WholeCaptures.Start(tier.Targets, tier.PathInSharedMemory);
        tier.Spreader.Run(Executables.Traffic, "replay", "/dev/shm/sprayed", $"--dev={BalancerTier.Segment}")
            .MustSucceed();

        // The targets have the virtual addresses: their kernels put the packets together, and count.
        Eventually.True(
            () => Sum(insideTargets, "Ip:ReasmReqds", "Ip6ReasmReqds") >= arrivals.Length, "every fragment");
        Eventually.True(() => balancers.All(flowlb => Balancer.Queues(flowlb).All(queue => queue.Waiting == 0)),
            "every verdict");
        // Only fragments: targets also answer pings, at a length that the narrow link complains about.
        PredictedPacket.Check(arrivals.SelectMany(arrival => arrival.Packet.Predict(model, [arrival.Piece])),
            captures.Stop(IpHeader.IsFragment));
        Assert.Equal(packets.Length, Sum(insideTargets, "Ip:ReasmOKs", "Ip6ReasmOKs"));
        CheckWays(tier, arrivals, ways);
    });

    /// <summary>What every balancer of a tier is told.</summary>
    internal static BalancerModel Model(BalancerTier tier)
    {
        var model = new BalancerModel { Pools = { ["lb-1"] = new PoolModel(997, 10).Activate(tier.Marks) } };
        model.SetFlow(new FlowModel("services", "lb-1")
        {
            Priority = 1, Protocols = ["tcp", "udp", "sctp"], DestinationPorts = ["80"],
        });
        model.SetFlow(new FlowModel("pings", "lb-1"));
        return model;
    }

    /// <summary>Starts a balancer.</summary>
    /// <param name="marks">What it takes for the balancers of the tier, in the order of the slots.</param>
    /// <param name="ttl">Of fragments, in milliseconds.</param>
    internal static BackgroundProcess Start(
        BalancerTier tier, TierBalancer own, BalancerModel model, IEnumerable<int> marks, int ttl)
    {
        const string Tun = "tun-nfqlb";
        Balancer balancer = own.Balancer;
        balancer.AddTun(Tun);
        balancer.Nfqlb("init", $"--shm={own.TierPool}", "--M=997", "--N=10", $"--ownfw={own.Mark}").MustSucceed();
        balancer.Nfqlb(["activate", $"--shm={own.TierPool}", .. marks.Select(mark => $"{mark}")])
            .MustSucceed();
        BackgroundProcess flowlb = balancer.StartFlowlb("0:3", RuleSet.LongQueues, $"--tun={Tun}", "--ft_frag=400",
            $"--ft_ttl={ttl}", $"--lbshm={own.TierPool}", $"--ft_shm=ft-{own.Host.Name}");
        if (own == tier.Balancers[0]) // they share the pools
        {
            balancer.CreatePool("lb-1", 997, 10, tier.Marks);
        }
        foreach (FlowModel flow in model.Flows)
        {
            balancer.Nfqlb(flow.SetCommand).MustSucceed();
        }
        return flowlb;
    }

    /// <summary>The marks of all balancers, in their order.</summary>
    internal static int[] TierMarks(BalancerTier tier) => [.. tier.Balancers.Select(balancer => balancer.Mark)];

    private static long Sum(BackgroundProcess[] inside, params string[] counters) =>
        inside.Sum(process => KernelCounters.Of(process) is var seen ? counters.Sum(counter => seen[counter]) : 0);

    // Each balancer must have passed on exactly those of its fragments that belong to another one.
    private static void CheckWays(BalancerTier tier, Arrival[] arrivals, TierBalancer[] ways)
    {
        PoolModel owners = new PoolModel(997, 10).Activate(TierMarks(tier));
        int?[] ownerOf = [.. arrivals.Select(arrival => owners.MarkFor(FlowHash.OfAddresses(arrival.Packet.Tuple)))];
        foreach (TierBalancer balancer in tier.Balancers)
        {
            Assert.Contains(balancer.Mark, ownerOf.OfType<int>());
            int foreign = ways.Zip(ownerOf).Count(way => way.First == balancer && way.Second != balancer.Mark);
            Assert.Equal(foreign, balancer.Balancer.Counters().GetProperty("fragments")
                .GetProperty("to_other_balancer").GetInt32());
        }
    }
}
