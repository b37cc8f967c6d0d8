using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>Flows that outlive the process, by `--state`.</summary>
public sealed partial class KeptFlowsTests(ITestOutputHelper output)
{
    private const string State = "--state=/dev/shm/state";
    private const int FlowCount = 1000, PortsEach = 65, Packets = 4000, Starts = 9;

    /// <summary>1.5 is what is aimed at and told. Of starts in turns the fastest ones are compared, which a busy
    /// machine delays least; flows that were set one by one again would take four times as long.</summary>
    private const double MostTimesAsLate = 2;

    [KernelFact]
    public void A_thousand_flows_come_back_after_a_kill_under_traffic_and_decide_as_before() =>
        UndisturbedTestbed.Run(4, output, testbed =>
        {
            Balancer balancer = testbed.Balancer;
            balancer.CreatePool("even", 997, 10, testbed.Marks[0], testbed.Marks[1]);
            balancer.CreatePool("odd", 997, 10, testbed.Marks[2], testbed.Marks[3]);
            BackgroundProcess flowlb = balancer.StartFlowlb("0:3", RuleSet.LongQueues, State);
            SetFlows(balancer);
            string before = FlowsOf(balancer);
            string[] decisions = Decisions(testbed);

            BackgroundProcess sender = new Injection("both", "1-65535", 500)
                .StartSending(testbed.Client, 20_000, 20_000);
            flowlb.WaitUntil(() => Balancer.Queues(flowlb).Sum(queue => queue.Queued) > Packets + 5000, "traffic");
            flowlb.Signal(PosixSignalNumber.Kill);
            flowlb.WaitForEnd();
            BackgroundProcess next = balancer.StartFlowlb("0:3", RuleSet.LongQueues, State);
            Assert.Equal(before, FlowsOf(balancer));
            sender.WaitForEnd(TimeSpan.FromSeconds(30));
            Assert.Equal(decisions, Decisions(testbed));
            Assert.Equal("", CommandResult.ComplaintsIn(next.Stderr));
            MeasureStarts(balancer, next);
        });

    [KernelFact]
    public void A_torn_end_is_told_and_cut_off_and_what_is_before_it_is_kept()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.CreatePool("lb-1", 101, 4);
        BackgroundProcess flowlb = balancer.StartFlowlb("0", State);
        balancer.Nfqlb("flow-set", "--name=a", "--target=lb-1").MustSucceed();
        balancer.Nfqlb("flow-set", "--name=torn", "--target=lb-1").MustSucceed();
        flowlb.Stop();
        sandbox.First.Shell("truncate -s -3 /dev/shm/state/flows");

        BackgroundProcess next = balancer.StartFlowlb("0", State);

        Assert.Equal("[\n  \"a\"\n]\n", balancer.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Matches(
            @"warning kept flows state=/dev/shm/state reason=""flows: it is torn: the last \d+ bytes are no whole "
                + @"change and are cut off; the 1 before count""\n",
            next.Stderr);
        balancer.Nfqlb("flow-set", "--name=b", "--target=lb-1").MustSucceed();
        CommandResult second = sandbox.First.Run("env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb, "flowlb",
            "--queue=1", State);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another balancer uses it", second.Stderr);
        next.Stop();
        BackgroundProcess third = balancer.StartFlowlb("0", State);
        Assert.Equal("[\n  \"a\",\n  \"b\"\n]\n", balancer.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Equal("", CommandResult.ComplaintsIn(third.Stderr));
    }

    [KernelFact]
    public void A_flow_whose_pool_is_gone_is_told_and_left_out_and_a_change_that_cannot_be_kept_is_refused()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        balancer.CreatePool("lb-1", 101, 4);
        balancer.CreatePool("lb-2", 101, 4);
        BackgroundProcess flowlb = balancer.StartFlowlb("0", State);
        balancer.Nfqlb("flow-set", "--name=a", "--target=lb-1").MustSucceed();
        balancer.Nfqlb("flow-set", "--name=b", "--target=lb-2").MustSucceed();
        flowlb.Stop();
        balancer.Nfqlb("delete", "--shm=lb-1").MustSucceed();

        BackgroundProcess next = balancer.StartFlowlb("0", State);

        Assert.Equal("[\n  \"b\"\n]\n", balancer.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Contains("warning flow is left out flow=a reason=\"FAILED mapSharedData: lb-1\"\n", next.Stderr);
        sandbox.First.Shell("fill=/dev/shm/fill; cat /dev/zero > $fill 2> /dev/null || true");
        string sources = string.Join(',', Enumerable.Repeat("10.0.0.0/8", 900));
        CommandResult refused = balancer.Nfqlb("flow-set", "--name=c", "--target=lb-2", $"--srcs={sources}");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("cannot be kept", refused.Stdout);
        Assert.Equal("[\n  \"b\"\n]\n", balancer.Nfqlb("flow-list-names").MustSucceed().Stdout);
        sandbox.First.Shell("rm /dev/shm/fill");
        balancer.Nfqlb("flow-set", "--name=c", "--target=lb-2").MustSucceed();
    }

    /// <summary>Ports of their own, two pools in turns.</summary>
    private static void SetFlows(Balancer balancer)
    {
        var script = new StringBuilder();
        for (int i = 0; i < FlowCount; i++)
        {
            int first = 1 + PortsEach * i;
            script.AppendLine($"{Executables.Nfqlb} flow-set --name=f{i} --target={(i % 2 == 0 ? "even" : "odd")} "
                + $"--protocols=tcp,udp --dports={first}-{first + PortsEach - 1} > /dev/null");
        }
        balancer.Host.Shell(script.ToString(), TimeSpan.FromSeconds(60));
    }

    private static string FlowsOf(Balancer balancer) =>
        Count().Replace(balancer.Nfqlb("flow-list").MustSucceed().Stdout, "");

    /// <summary>For each target the flows whose packets it got.</summary>
    private static string[] Decisions(Testbed testbed)
    {
        TargetCaptures captures = TargetCaptures.Start(testbed);
        new Injection("both", "1-65000", Packets).Send(testbed.Client, Packets, 20_000);
        Eventually.True(() => testbed.Balancer.Counters().GetProperty("balanced").GetInt64() >= Packets, "all of them");
        Arrivals arrivals = captures.Stop();
        Assert.Equal(Packets, arrivals.Total);
        Assert.All(arrivals.ByTarget, target => Assert.True(target.PacketsByFlow.Count > Packets / 10));
        return [.. arrivals.ByTarget.Select(target => string.Join(' ', target.PacketsByFlow.Keys.Order()))];
    }

    private void MeasureStarts(Balancer balancer, BackgroundProcess running)
    {
        running.Stop();
        var empty = new List<double>();
        var full = new List<double>();
        for (int i = 0; i < Starts; i++)
        {
            empty.Add(StartMilliseconds(balancer, "--state=/dev/shm/empty"));
            full.Add(StartMilliseconds(balancer, State));
        }
        output.WriteLine($"First answer, best of {Starts}: {empty.Min():f1} ms empty, {full.Min():f1} ms with flows, "
            + $"{full.Min() / empty.Min():f2} times as late; the medians {empty.Order().ElementAt(Starts / 2):f1} and "
            + $"{full.Order().ElementAt(Starts / 2):f1} ms");
        Assert.InRange(full.Min() / empty.Min(), 0, MostTimesAsLate);
    }

    /// <summary>To the first answer, which is given when all flows are in force and the queues are read.</summary>
    private static double StartMilliseconds(Balancer balancer, string state)
    {
        long start = Stopwatch.GetTimestamp();
        BackgroundProcess flowlb = balancer.StartFlowlb("0:3", state);
        balancer.Nfqlb("flow-delete", "--name=nobody").MustSucceed();
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        flowlb.Stop();
        return milliseconds;
    }

    [GeneratedRegex("\"matches_count\": [0-9]+,")]
    private static partial Regex Count();
}
