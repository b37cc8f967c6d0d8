using System.Diagnostics;
using System.Text.Json;
using Nfqlb.EndToEnd.Drain;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>Real packets, most of which the kernel decides: all where the model says, all counted once.</summary>
public sealed class FastPathTests(ITestOutputHelper output)
{
    private const int RoundsPerFlow = 5;

    /// <summary>Of two changes of targets; `make fast-path-proof` wants 10,000 of these and 1,000 of flows.</summary>
    private static readonly int LeastRounds =
        int.Parse(Environment.GetEnvironmentVariable("FAST_PATH_ROUNDS") is { Length: > 0 } text ? text : "0");

    private const int FlowCount = 6_000, PacketsPerFlow = 3, PacketsPerSecond = 15_000;

    [KernelFact]
    public void Every_packet_of_6000_flows_is_at_the_predicted_target_and_counted_once() => OnTestbed(testbed =>
    {
        BalancerModel model = RuleSet.Model();
        FastBed.Start(testbed, RuleSet.FlowlbOptions);
        RuleSet.Configure(testbed.Balancer, model);
        var injection = new Injection("both", "1-65535", FlowCount);
        IReadOnlyList<PacketTuple> flows = injection.ListFlows(testbed.Client);
        var prediction = new Prediction(model, testbed.Marks, flows);

        Send(testbed, injection, prediction);

        Dictionary<string, long> wanted = flows.Select(flow => model.FlowOf(flow)?.Name).OfType<string>()
            .CountBy(name => name).ToDictionary(pair => pair.Key, pair => (long)pair.Value * PacketsPerFlow);
        JsonElement listed = JsonDocument.Parse(testbed.Balancer.Nfqlb("flow-list").MustSucceed().Stdout).RootElement;
        Assert.Equal(wanted.OrderBy(pair => pair.Key), listed.EnumerateArray()
            .ToDictionary(flow => flow.GetProperty("name").GetString()!,
                flow => flow.GetProperty("matches_count").GetInt64()).OrderBy(pair => pair.Key));
        JsonElement counters = testbed.Balancer.Counters();
        long decided = FastBed.Packets(testbed, "decided");
        long toTargets = FastBed.Sum(counters, "targets", "packets");
        Assert.Equal(FlowCount * PacketsPerFlow, decided + FastBed.Sum(counters, "queues", "packets"));
        Assert.Equal(toTargets, counters.GetProperty("balanced").GetInt64());
        output.WriteLine($"{decided} of {toTargets} packets to targets decided in the kernel");
        Assert.InRange(decided, toTargets * 99 / 100, toTargets);
    });

    [KernelFact]
    public void Flows_and_targets_that_change_meanwhile_lose_and_miscount_nothing() => OnTestbed(testbed =>
    {
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Marks);
        FastBed.Start(testbed, RuleSet.LongQueues, "--drain-seconds=0");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        const int Packets = 200_000, Rate = 40_000;
        var injection = new Injection("both", "1-65535", 500);
        int rounds = 0, sent = 0;
        while (sent == 0 || rounds < LeastRounds)
        {
            TargetCaptures captures = TargetCaptures.Start(testbed);
            BackgroundProcess sender = injection.StartSending(testbed.Client, Packets, Rate);
            for (; !sender.HasEnded; rounds++)
            {
                Change(testbed, rounds);
            }
            Injection.CheckSummary(sender.WaitForEnd(), Packets);
            sent += Packets;
            Eventually.True(
                () => FastBed.Sum(testbed.Balancer.Counters(), "targets", "packets") == sent, "all packets counted");
            Assert.Equal(Packets, captures.Stop().Total);
        }
        output.WriteLine(
            $"{2 * rounds} changes of targets and {rounds / RoundsPerFlow} of flows; "
            + $"{FastBed.Packets(testbed, "decided")} of {sent} decided in the kernel");
        Assert.True(FastBed.Packets(testbed, "decided") > sent / 10);
    });

    private static void Change(Testbed testbed, int round)
    {
        string mark = $"{testbed.Marks[round % testbed.Marks.Count]}";
        testbed.Balancer.Nfqlb("deactivate", "--shm=web", mark).MustSucceed();
        testbed.Balancer.Nfqlb("activate", "--shm=web", mark).MustSucceed();
        if (round % RoundsPerFlow == 0)
        {
            int flow = round / RoundsPerFlow;
            testbed.Balancer.Nfqlb(
                "flow-set", $"--name=f{flow % 20}", "--target=web", "--protocols=tcp,udp",
                $"--dports={flow % 100 + 1}").MustSucceed();
        }
    }

    /// <summary>All of them are compiled for the kernel anew, and not at each of them: that took ten times as long.
    /// </summary>
    [KernelFact]
    public void Thousands_of_flows_are_set_hardly_slower_than_without_it() => OnTestbed(testbed =>
    {
        const int Flows = 3_000;
        const double MostTimesAsLong = 3;
        File.WriteAllLines(testbed.PathInSharedMemory("flows.yaml"),
        [
            $"vips: [{string.Join(", ", Testbed.VirtualAddresses.Select(address => $"\"{address}\""))}]",
            "pools: [{name: web, N: 4}]",
            "flows:",
            .. Enumerable.Range(1, Flows).Select(i => $"- {{name: f{i}, target: web, protocols: tcp, dports: {i}}}"),
        ]);
        double Seconds(BackgroundProcess flowlb)
        {
            long start = Stopwatch.GetTimestamp();
            testbed.Balancer.Nfqlb("apply", "-f", "/dev/shm/flows.yaml").MustSucceed();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            flowlb.Stop().MustSucceed();
            return seconds;
        }

        double without = Seconds(testbed.Balancer.StartFlowlb("0:3"));
        double with = Seconds(FastBed.Start(testbed));

        output.WriteLine($"{without:0.00} s without, {with:0.00} s with");
        Assert.InRange(with / without, 0, MostTimesAsLong);
    });

    [KernelFact]
    public void A_pool_that_has_changed_is_in_force_at_once() => OnTestbed(testbed =>
    {
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Marks[0]);
        FastBed.Start(testbed, RuleSet.LongQueues, "--drain-seconds=0");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        for (int i = 1; i < 20; i++)
        {
            int mark = testbed.Marks[i % testbed.Marks.Count];
            testbed.Balancer.Nfqlb("activate", "--shm=web", "--index=0", $"{mark}").MustSucceed();
            Thread.Sleep(50); // the machine may be busy; a command takes milliseconds itself
            Arrivals arrivals = FastBed.Send(testbed, 100);
            Assert.Equal(100, arrivals.ByTarget[i % testbed.Marks.Count].PacketsByFlow.Values.Sum());
        }
        Assert.True(FastBed.Packets(testbed, "decided") > 1_000);
    });

    /// <summary>The kernel leaves to the queue whatever may belong to a connection that stays.</summary>
    [KernelFact]
    public void Connections_stay_with_their_targets_whoever_decides_their_packets() => OnTestbed(testbed =>
    {
        DrainLoad.StartServers(testbed);
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Marks.SkipLast(1).ToArray());
        FastBed.Start(testbed, RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        var (longOnes, shortOnes) = (DrainLoad.Asked with { Changes = 4 }).Run(testbed, number =>
            testbed.Balancer.Nfqlb(
                "activate", "--shm=web", $"--weight={(number + 1) % 3}", $"{testbed.Marks[^(number % 2 + 1)]}")
                .MustSucceed());
        Assert.Equal((0, 0), (longOnes.Broken, longOnes.Lost));
        Assert.Equal((0, 0), (shortOnes.Broken, shortOnes.Lost));
        Assert.NotEqual(0, FastBed.Packets(testbed, "decided"));
        Assert.NotEqual(0, FastBed.Packets(testbed, "draining"));
    });

    /// <summary>A mark alone says nothing of who has set it.</summary>
    [KernelFact]
    public void Packets_that_somebody_else_has_marked_are_queued_all_the_same() => OnTestbed(testbed =>
    {
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Marks);
        testbed.Balancer.Host.Shell("""
            nft -f - <<end
            table inet others {
                chain before { type filter hook prerouting priority -300; meta priority 0 meta mark set 5001; }
            }
            end
            """);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        new Injection("both", "1-65535", 100).Send(testbed.Client, 100, 10_000);
        flowlb.WaitUntil(() => Balancer.Queues(flowlb).Sum(queue => queue.Queued) == 100, "all packets queued");
    });

    [KernelFact]
    public void Who_traces_sees_every_packet() => OnTestbed(testbed =>
    {
        testbed.Balancer.CreatePool("web", 997, 10, testbed.Marks);
        FastBed.Start(testbed, RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
        Eventually.True(() => FastBed.StateOf(testbed) == "on", "the kernel knows the flow");
        var injection = new Injection("both", "1-65535", 100);
        injection.Send(testbed.Client, 100, 10_000);
        Assert.Equal(100, FastBed.Packets(testbed, "decided"));

        BackgroundProcess capture =
            testbed.Balancer.Host.Start(Executables.Nfqlb, "capture", "--count=100", "-w", "/dev/shm/seen");
        Eventually.True(() => FastBed.Packets(testbed, "paused") >= 0 && Paused(testbed), "packets left to the queues");
        long before = FastBed.Packets(testbed, "decided");
        injection.Send(testbed.Client, 100, 10_000);
        capture.WaitForEnd().MustSucceed();
        Assert.Equal(before, FastBed.Packets(testbed, "decided"));
    });

    /// <summary>A packet tells.</summary>
    private static bool Paused(Testbed testbed)
    {
        long before = FastBed.Packets(testbed, "paused");
        new Injection("udp", "9", 1).Send(testbed.Client, 1, 1_000);
        return FastBed.Packets(testbed, "paused") > before;
    }

    private static void Send(Testbed testbed, Injection injection, Prediction prediction)
    {
        TargetCaptures captures = TargetCaptures.Start(testbed);
        injection.Send(testbed.Client, injection.FlowCount * PacketsPerFlow, PacketsPerSecond);
        Eventually.True(() => FastBed.Sum(testbed.Balancer.Counters(), "queues", "packets")
            + FastBed.Packets(testbed, "decided") >= injection.FlowCount * PacketsPerFlow, "all packets decided");
        prediction.Check(captures.Stop(), PacketsPerFlow);
    }

    private void OnTestbed(Action<Testbed> test) => UndisturbedTestbed.Run(RuleSet.TargetCount, output, testbed =>
    {
        FastBed.Prepare(testbed);
        test(testbed);
    });
}
