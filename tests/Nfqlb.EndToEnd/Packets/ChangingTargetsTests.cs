using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>A target goes and comes a hundred times a second, under traffic: nothing is lost or astray.</summary>
public sealed class ChangingTargetsTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1";
    private const int TargetCount = 4, FlappingSlot = 2, TimesPerSecond = 100;
    private const int TurnsBefore = 10, MostTimesSlower = 10;
    private const int Packets = 200_000, PacketsPerSecond = 20_000, FlowCount = 5_000;

    [KernelFact]
    public void No_packet_is_lost_and_none_meets_a_target_that_is_out() =>
        UndisturbedTestbed.Run(TargetCount, output, Change);

    private void Change(Testbed testbed)
    {
        IReadOnlyList<int> marks = testbed.Marks;
        testbed.Balancer.CreatePool(Pool, 997, 10, marks);
        // Each table is followed at once: what a drain keeps where it was, is not for this judge.
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, "--drain-seconds=0");
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        var injection = new Injection("both", "1-65535", FlowCount);
        uint[] hashes = [.. injection.ListFlows(testbed.Client)
            .Select(flow => FlowHash.Of(flow, HashMode.SctpPortsOnly))];
        PoolModel whole = new PoolModel(997, 10).Activate(marks);
        PoolModel without = new PoolModel(997, 10).Activate(marks).ActivateAt(FlappingSlot, null);

        var log = new PacketLog(testbed);
        TargetCaptures captures = TargetCaptures.Start(testbed, PacketLog.FileOf);
        var clock = new SteadyClock();
        var flapping = new FlappingTarget(testbed.Balancer, Pool, FlappingSlot, marks[FlappingSlot], TimesPerSecond);
        flapping.WaitForTurns(TurnsBefore);
        BackgroundProcess sender = injection.StartSending(testbed.Client, Packets, PacketsPerSecond);
        double rate = Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), Packets);
        Eventually.True(() => Balancer.Queues(flowlb).All(q => q.Waiting == 0), "a verdict for every packet");
        FlapHistory history = flapping.Stop();
        Arrivals arrivals = captures.Stop();
        clock.CheckThatItWasNotSet();

        var judge = new FlapJudge(history);
        var sequences = new HashSet<int>();
        foreach (Target target in testbed.Targets)
        {
            foreach (ArrivedPacket packet in log.Read(target))
            {
                uint hash = hashes[packet.Flow];
                judge.Judge(packet, target.Mark, whole.MarkFor(hash)!.Value, without.MarkFor(hash)!.Value);
                sequences.Add(packet.Sequence);
            }
        }
        double before = history.PerSecondOfFirst(TurnsBefore);
        output.WriteLine($"{rate:f0} packets/s, target gone and back {history.TurnsPerSecond:f0} times a second, "
            + $"{before:f0} without traffic");
        output.WriteLine($"{judge}; dropped by the kernel {Balancer.Queues(flowlb).Sum(q => q.Dropped)}");
        Assert.True(judge.Astray.Count == 0, string.Join('\n', judge.Astray));
        Assert.Equal(Packets, sequences.Count);
        Assert.Equal(Packets, arrivals.Total);
        // The test must have looked: packets whose home was out, and changes all the time. How many a second is the
        // machine's, each turn being two commands; so they are held against those before the traffic.
        Assert.True(judge.HomeWasOut > 1000, $"{judge}");
        Assert.True(
            history.TurnsPerSecond > before / MostTimesSlower, $"only {history.TurnsPerSecond:f0} turns a second");
    }

    /// <summary>The wall clock, which all times here are taken from.</summary>
    private sealed class SteadyClock
    {
        private static readonly TimeSpan MostDrift = TimeSpan.FromMilliseconds(5);
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly DateTime _wallStart = DateTime.UtcNow;

        public void CheckThatItWasNotSet()
        {
            TimeSpan drift = (DateTime.UtcNow - _wallStart - Stopwatch.GetElapsedTime(_start)).Duration();
            Assert.True(drift < MostDrift, $"the wall clock was set by {drift}: run the test again");
        }
    }
}
