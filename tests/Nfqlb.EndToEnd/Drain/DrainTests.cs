using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Drain;

/// <summary>Real connections while targets come, leave and change their weights: none breaks that could stay.</summary>
/// <remarks>`make drain-proof` opens as many as a busy balancer has.</remarks>
public sealed class DrainTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1";
    private const int Comes = 3, Leaves = 1;

    /// <summary>Longer than a busy machine takes between two changes: what drains no more may break.</summary>
    private const int DrainSeconds = 300;

    [KernelFact]
    public void No_connection_breaks_while_targets_change_and_without_a_drain_many_do() =>
        UndisturbedTestbed.Run(4, output, testbed =>
        {
            DrainLoad.StartServers(testbed);
            var load = DrainLoad.Asked;

            BackgroundProcess flowlb = Start(testbed, "--drain-seconds=0");
            var (longOnes, shortOnes) = load.Run(testbed, number => Change(testbed, number), "--wait=800");
            output.WriteLine($"without a drain: {longOnes}, {shortOnes}");
            Assert.InRange(longOnes.Broken, load.Long / 5, load.Long);
            AssertDoesNotDrain(testbed);
            flowlb.Stop();

            flowlb = Start(testbed, $"--drain-seconds={DrainSeconds}");
            (longOnes, shortOnes) = load.Run(testbed, number =>
            {
                Change(testbed, number);
                if (number == load.Changes / 2)
                {
                    AssertDrains(testbed);
                    flowlb = TakeOver(testbed, flowlb);
                }
            });
            output.WriteLine($"with a drain: {longOnes}, {shortOnes}; {DrainOf(testbed)}");
            Assert.Equal((0, 0), (longOnes.Broken, longOnes.Lost));
            Assert.Equal((0, 0), (shortOnes.Broken, shortOnes.Lost));
            Assert.InRange(shortOnes.RenewedPerSecond, DrainLoad.LeastPerSecond, double.MaxValue);
            AssertRemembered(testbed);
        });

    private static BackgroundProcess Start(Testbed testbed, string option)
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        Nfqlb(testbed, "deactivate", $"{testbed.Marks[Comes]}");
        Nfqlb(testbed, "activate", ["--weight=1", .. testbed.Marks.Take(Comes).Select(mark => $"{mark}")]);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, option);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        return flowlb;
    }

    /// <summary>One comes, one leaves, comes back, weights go up and down. Nobody is taken away: a target that is gone
    /// keeps nothing.</summary>
    private static void Change(Testbed testbed, int number)
    {
        var (comes, leaves, other) = (testbed.Marks[Comes], testbed.Marks[Leaves], testbed.Marks[0]);
        var (mark, weight) = (number % 5) switch
        {
            0 => (comes, 1),
            1 => (other, 3),
            2 => (leaves, 0),
            3 => (other, 1),
            _ => number < 5 ? (leaves, 2) : (comes, 0),
        };
        Nfqlb(testbed, "activate", $"--weight={weight}", $"{mark}");
    }

    private static BackgroundProcess TakeOver(Testbed testbed, BackgroundProcess old)
    {
        BackgroundProcess next = testbed.Balancer.Host.Start(
            Executables.Nfqlb, "flowlb", "--queue=0:3", RuleSet.LongQueues,
            $"--drain-seconds={DrainSeconds}", "--takeover");
        CommandResult end = old.WaitForEnd(TimeSpan.FromSeconds(10));
        Assert.Equal((0, "", ""),
            (end.ExitCode, CommandResult.ComplaintsIn(end.Stderr), CommandResult.ComplaintsIn(next.Stderr)));
        return Balancer.WaitUntilReady(next, "0:3");
    }

    private static void AssertDoesNotDrain(Testbed testbed)
    {
        Assert.Equal("""{"seconds":0,"pools":[]}""", Compact(DrainOf(testbed)));
        Assert.DoesNotContain("drains", testbed.Balancer.Nfqlb("status").Stdout);
    }

    /// <summary>Whoever asks is told: the counters, what explains a packet, and the checks of the host.</summary>
    private static void AssertDrains(Testbed testbed)
    {
        JsonElement pool = Assert.Single(DrainOf(testbed).GetProperty("pools").EnumerateArray());
        Assert.Equal((Pool, 997), (pool.GetProperty("pool").GetString(), pool.GetProperty("of").GetInt32()));
        Assert.InRange(pool.GetProperty("entries").GetInt32(), 100, 996);
        Assert.InRange(pool.GetProperty("seconds_left").GetDouble(), DrainSeconds / 2, DrainSeconds);
        string status = testbed.Balancer.Nfqlb("status").Stdout;
        Assert.Contains($"[{Pool}] drains", status);
        Assert.Contains(" of 65536 connections remembered, 0 forgotten for want of room", status);
        JsonElement shown = JsonDocument.Parse(
            testbed.Balancer.Nfqlb("show", $"--shm={Pool}", "--output=json").MustSucceed().Stdout).RootElement;
        Assert.InRange(shown.GetProperty("drain_seconds").GetDouble(), DrainSeconds / 2, DrainSeconds);
        Assert.InRange(shown.GetProperty("drain_connections").GetInt32(), 1, 65_536);
        Assert.Equal(
            (65_536, 0), (shown.GetProperty("drain_room").GetInt32(), shown.GetProperty("drain_evicted").GetInt32()));
        string[] answers = [.. Enumerable.Range(1, 40).Select(port => testbed.Balancer.Nfqlb(
            "fwmark", $"--shm={Pool}", "--proto=tcp", $"--src=198.18.0.1:{port}", "--dst=203.0.113.1:80").Stdout)];
        Assert.Contains(answers, answer => answer.Contains("\"drainseconds\": ") && answer.Contains("\"oldfwmark\": "));
        Assert.Contains(answers, answer => !answer.Contains("drain"));
    }

    /// <summary>What the balancer before had remembered and counted is among it.</summary>
    private static void AssertRemembered(Testbed testbed)
    {
        JsonElement drain = DrainOf(testbed);
        Assert.Equal(0, drain.GetProperty("evicted").GetInt64());
        Assert.InRange(drain.GetProperty("remembered").GetInt64(), 100, long.MaxValue);
        Assert.InRange(drain.GetProperty("kept_packets").GetInt64(), 100, long.MaxValue);
        Assert.InRange(drain.GetProperty("connections").GetInt64(), 1, drain.GetProperty("remembered").GetInt64());
    }

    private static JsonElement DrainOf(Testbed testbed) => testbed.Balancer.Counters().GetProperty("drain");

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);

    private static void Nfqlb(Testbed testbed, string command, params IReadOnlyList<string> words) =>
        testbed.Balancer.Nfqlb([command, $"--shm={Pool}", .. words]).MustSucceed();
}
