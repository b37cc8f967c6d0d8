using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>A balancer goes on with the queues of another one, under traffic.</summary>
/// <remarks>TAKEOVERS=20 repeats it more often, TAKEOVER_RATE=50000 sends as many packets a second.</remarks>
public sealed class TakeoverTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1", State = "--state=/dev/shm/state";

    private static int Takeovers => Setting("TAKEOVERS", 5);

    private static int PacketsPerSecond => Setting("TAKEOVER_RATE", 50_000);

    [KernelFact]
    public void No_packet_is_lost_while_balancers_follow_each_other() => Run(testbed =>
    {
        BackgroundProcess old = Start(testbed);
        testbed.Balancer.Nfqlb("trace-flow-set", "--name=traced", "--protocols=tcp", "--dports=80").MustSucceed();
        long lostAnyway = SendAndCountLost(testbed, () => { });
        int done = 0;

        long lost = SendAndCountLost(testbed, () =>
        {
            for (; done < Takeovers; done++)
            {
                BackgroundProcess next = testbed.Balancer.Host.Start(
                    Executables.Nfqlb, "flowlb", "--queue=0:3", RuleSet.LongQueues, State, "--takeover");
                CommandResult end = old.WaitForEnd(TimeSpan.FromSeconds(10));
                Assert.Equal(
                    (0, "", ""),
                    (end.ExitCode, CommandResult.ComplaintsIn(end.Stderr), CommandResult.ComplaintsIn(next.Stderr)));
                old = next;
                testbed.Balancer.Nfqlb("flow-set", $"--name=after-{done}", $"--target={Pool}").MustSucceed();
            }
        });

        output.WriteLine($"{done} takeovers, {lost} packets lost; {lostAnyway} by the machine itself without one");
        output.WriteLine($"The last one: {old.Stderr}");
        AssertCountedOn(testbed);
        string names = testbed.Balancer.Nfqlb("flow-list-names").MustSucceed().Stdout;
        Assert.Equal(Takeovers + 1, names.Count(c => c == '"') / 2);
        Assert.True(lost <= lostAnyway, $"{lost} lost, {lostAnyway} without a takeover");
    });

    /// <summary>Counters are those of all that came to the queues since the first balancer bound them.</summary>
    private static void AssertCountedOn(Testbed testbed)
    {
        long queued = Queues(testbed).Sum(queue => queue.Queued);
        JsonElement counters = testbed.Balancer.Counters();
        long Sum(string rows, string count) =>
            counters.GetProperty(rows).EnumerateArray().Sum(row => row.GetProperty(count).GetInt64());
        Assert.Equal(queued, Sum("queues", "packets"));
        Assert.Equal(queued, Sum("queues", "accepted"));
        Assert.Equal(queued, counters.GetProperty("balanced").GetInt64());
        Assert.Equal(queued, Sum("targets", "packets"));
        Assert.Equal(Sum("queues", "bytes"), Sum("targets", "bytes"));
        JsonElement flows = JsonDocument.Parse(testbed.Balancer.Nfqlb("flow-list").MustSucceed().Stdout).RootElement;
        Assert.Equal(queued, flows.EnumerateArray().Sum(flow => flow.GetProperty("matches_count").GetInt64()));
        Assert.Equal("[\n  \"traced\"\n]\n", testbed.Balancer.Nfqlb("trace-flow-list-names").MustSucceed().Stdout);
    }

    [KernelFact]
    public void When_the_new_one_fails_the_old_one_goes_on() => Run(testbed =>
    {
        BackgroundProcess old = Start(testbed);

        long lost = SendAndCountLost(testbed, () =>
        {
            CommandResult bad = testbed.Balancer.Nfqlb("flowlb", "--queue=0:3", "--takeover", "--lbshm=nosuch");
            Assert.Equal(1, bad.ExitCode);
            CommandResult others = testbed.Balancer.Nfqlb("flowlb", "--queue=0:2", "--takeover");
            Assert.Equal(1, others.ExitCode);
            Assert.Contains("reads queues 0:3, not 0:2", others.Stderr);
        });

        testbed.Balancer.Nfqlb("flow-set", "--name=later", $"--target={Pool}").MustSucceed();
        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
    });

    [KernelFact]
    public void One_whose_verdicts_would_be_refused_takes_nothing_over() => Run(testbed =>
    {
        BackgroundProcess old = Start(testbed);

        long lost = SendAndCountLost(testbed, () =>
        {
            CommandResult next = testbed.Balancer.Host.Run(
                "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin",
                Executables.Nfqlb, "flowlb", "--queue=0:3", "--takeover");
            Assert.Equal(1, next.ExitCode);
            Assert.Contains("CAP_NET_ADMIN", next.Stderr);
        });

        Assert.False(old.HasEnded);
        Assert.Equal(0, lost);
    });

    [KernelFact]
    public void The_new_one_is_who_serves_and_reads_for_all_who_ask() => Run(testbed =>
    {
        BackgroundProcess old = Start(testbed);
        BackgroundProcess next = testbed.Balancer.Host.Start(
            Executables.Nfqlb, "flowlb", "--queue=0:3", State, "--takeover");
        old.WaitForEnd();

        JsonElement[] findings = [.. JsonDocument.Parse(testbed.Balancer.Nfqlb("status", "--json").Stdout).RootElement
            .GetProperty("findings").EnumerateArray()];
        string Of(string area) => findings.Single(finding => finding.GetProperty("area").GetString() == area)
            .GetProperty("what").GetString()!;
        string id = File.ReadLines($"/proc/{next.Id}/status").Single(line => line.StartsWith("NSpid:")).Split('\t')[^1];
        Assert.Contains($", pid {id},", Of("process"));
        Assert.Contains($"0:3 read by nfqlb (pid {id}), nothing dropped", Of("queues"));
    });

    [KernelFact]
    public void Only_its_own_user_and_root_may_take_over() => Run(testbed =>
    {
        BackgroundProcess old = Start(testbed);

        CommandResult stranger = testbed.Balancer.Host.Run("setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups", Executables.Nfqlb, "flowlb", "--queue=0:3", "--takeover");

        Assert.Equal(1, stranger.ExitCode);
        Assert.False(old.HasEnded);
        testbed.Balancer.Nfqlb("flow-list").MustSucceed();
    });

    [KernelFact]
    public void Where_nobody_runs_it_starts_as_without_the_option() => Run(testbed =>
    {
        testbed.Balancer.StartFlowlb("0:3", "--takeover");
        testbed.Balancer.Nfqlb("flow-list").MustSucceed();
    });

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text) : otherwise;

    private static BackgroundProcess Start(Testbed testbed)
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, State);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        return flowlb;
    }

    /// <summary>Sends for some seconds; the action must end before that.</summary>
    private long SendAndCountLost(Testbed testbed, Action action)
    {
        int packets = PacketsPerSecond * (2 + Takeovers / 4);
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = new Injection("both", "1-65535", 500)
            .StartSending(testbed.Client, packets, PacketsPerSecond);
        long before = Queues(testbed).Sum(queue => queue.Queued);
        sender.WaitUntil(() => Queues(testbed).Sum(queue => queue.Queued) > before + packets / 20, "traffic");
        action();
        Assert.False(sender.HasEnded, "the traffic ended too early to prove anything");
        double rate = Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), packets);
        Eventually.True(() => Queues(testbed).Sum(queue => queue.Waiting) == 0, "a verdict for every packet");
        output.WriteLine($"{packets} packets sent, {rate:f0} a second");
        return packets - captures.Stop().Total;
    }

    /// <summary>Whoever reads them.</summary>
    private static IEnumerable<QueueStatus> Queues(Testbed testbed) =>
        testbed.Balancer.Host.Run("cat", "/proc/net/netfilter/nfnetlink_queue").MustSucceed().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(QueueStatus.Parse);

    private void Run(Action<Testbed> test) => UndisturbedTestbed.Run(2, output, test);
}
