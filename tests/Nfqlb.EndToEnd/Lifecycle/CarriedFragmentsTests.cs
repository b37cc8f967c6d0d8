using Nfqlb.EndToEnd.Fragments;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>Packets of which some fragments come before a take-over and the others after it.</summary>
public sealed class CarriedFragmentsTests(ITestOutputHelper output)
{
    private const string Tun = "tun-nfqlb";
    private const int PacketsOfEachFamily = 30, OtherPackets = 20_000, OtherPacketsPerSecond = 4_000;

    private readonly Random _random = Seed.Random(output);

    [KernelFact]
    public void They_arrive_once_at_the_target_of_the_first_under_traffic() =>
        UndisturbedTestbed.Run(4, output, testbed =>
        {
            var model = new BalancerModel();
            model.Pools["lb-1"] = new PoolModel(997, 10).Activate([.. testbed.Marks]);
            model.SetFlow(new FlowModel("all", "lb-1"));
            string[] options = [.. model.FlowlbOptions, RuleSet.LongQueues, $"--tun={Tun}", "--ft_ttl=30000"];
            Balancer balancer = testbed.Balancer;
            // Only so can two processes have it open at a time.
            balancer.Host.Shell($"""
                ip tuntap add mode tun multi_queue name {Tun}
                echo 0 > /proc/sys/net/ipv4/conf/{Tun}/rp_filter
                ip link set {Tun} up
                """);
            BackgroundProcess old = balancer.StartFlowlb("0:3", options);
            RuleSet.Configure(balancer, model);
            FragmentedPacket[] packets = FragmentedPacket.Some(_random, PacketsOfEachFamily, firstId: 1000);
            (byte[][] before, byte[][] after, int stored) = Split(packets);

            using WholeCaptures captures = WholeCaptures.Start(testbed.Targets, testbed.PathInSharedMemory);
            BackgroundProcess others = new Injection("both", "1-65535", 300)
                .StartSending(testbed.Client, OtherPackets, OtherPacketsPerSecond);
            new Crossing(testbed, old, model).StartSending(before).WaitForEnd().MustSucceed();
            Eventually.True(() => (Count(balancer, "passed"), Count(balancer, "stored"))
                == (before.Length - stored, stored), "a verdict for what came before");
            BackgroundProcess next = balancer.Host.Start([Executables.Nfqlb, "flowlb", "--queue=0:3", .. options,
                "--takeover"]);
            Assert.Equal(0, old.WaitForEnd(TimeSpan.FromSeconds(10)).ExitCode);
            Assert.False(others.HasEnded, "the traffic ended too early to prove anything");
            Assert.Equal(stored, Count(balancer, "stored"));
            new Crossing(testbed, next, model).StartSending(after).WaitForEnd().MustSucceed();
            Injection.CheckSummary(others.WaitForEnd(TimeSpan.FromSeconds(30)), OtherPackets);
            Eventually.True(() => Count(balancer, "passed") == before.Length + after.Length, "all fragments passed");
            Eventually.True(() => Balancer.Queues(next).All(queue => queue.Waiting == 0), "a verdict for every packet");

            PredictedPacket.Check(packets.SelectMany(packet => packet.Predict(model)), captures.Stop(IsFragment));
            output.WriteLine(next.Stderr);
        });

    /// <summary>Of one half of the packets the first fragment comes before, of the other half after.</summary>
    private static (byte[][] Before, byte[][] After, int Stored) Split(FragmentedPacket[] packets)
    {
        var (before, after, stored) = (new List<byte[]>(), new List<byte[]>(), 0);
        foreach ((int i, FragmentedPacket packet) in packets.Index())
        {
            int[] early = i % 2 == 0 ? [0, 1] : [4];
            stored += i % 2 == 0 ? 0 : early.Length;
            before.AddRange(early.Select(piece => packet.Pieces[piece]));
            after.AddRange(packet.Pieces.Where((_, piece) => !early.Contains(piece)));
        }
        return ([.. before], [.. after], stored);
    }

    // IPv4: an offset or more fragments to come; IPv6: a fragment header (RFC 8200, section 4.5).
    private static bool IsFragment(byte[] packet) =>
        packet[0] >> 4 == 4 ? (packet[6] & 0x3f | packet[7]) != 0 : packet[6] == 44;

    private static long Count(Balancer balancer, string outcome) =>
        balancer.Counters().GetProperty("fragments").GetProperty(outcome).GetInt64();
}
