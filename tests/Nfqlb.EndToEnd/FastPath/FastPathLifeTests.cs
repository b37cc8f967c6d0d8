using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.FastPath;

/// <summary>The program belongs to the process that loaded it.</summary>
public sealed class FastPathLifeTests(ITestOutputHelper output)
{
    private const string Pool = "web";
    private static readonly string[] KeptFlows = [RuleSet.LongQueues, "--state=/dev/shm/flows"];

    /// <summary>And with the flows that it has kept it begins anew.</summary>
    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_left_behind(bool isKilled) => OnTestbed(testbed =>
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = FastBed.Start(testbed, KeptFlows);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        Send(testbed, 500);
        if (isKilled)
        {
            flowlb.Kill();
            flowlb.WaitForEnd();
        }
        else
        {
            Assert.Equal(0, flowlb.Stop().ExitCode);
        }
        // Whatever had a mark would arrive: the queues have no reader, and drop.
        TargetCaptures captures = TargetCaptures.Start(testbed);
        new Injection("both", "1-65535", 100).Send(testbed.Client, 300, 10_000);
        Assert.Equal(0, captures.Stop().Total);
        FastBed.Start(testbed, KeptFlows);
        Send(testbed, 500);
    });

    [KernelFact]
    public void Whoever_takes_over_goes_on_with_it_and_nothing_is_lost_or_counted_twice() => OnTestbed(testbed =>
    {
        BackgroundProcess old = Start(testbed);
        const int Packets = 150_000, Rate = 30_000, Takeovers = 4;
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = new Injection("both", "1-65535", 500).StartSending(testbed.Client, Packets, Rate);
        for (int i = 0; i < Takeovers; i++)
        {
            BackgroundProcess next = testbed.Balancer.Host.Start(
                Executables.Nfqlb, "flowlb", "--queue=0:3", RuleSet.LongQueues, FastBed.Option, "--takeover");
            Assert.Equal(0, old.WaitForEnd(TimeSpan.FromSeconds(10)).ExitCode);
            old = next;
        }
        Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), Packets);
        long Counted() => FastBed.Sum(testbed.Balancer.Counters(), "targets", "packets");
        Eventually.True(() => Counted() >= Packets, "all packets counted");
        Assert.Equal(Packets, Counted());
        Assert.Equal(Packets, testbed.Balancer.Counters().GetProperty("balanced").GetInt64());
        Assert.InRange(FastBed.Packets(testbed, "decided"), 1, Packets);
        Assert.Equal(Packets, captures.Stop().Total);
        Eventually.True(() => FastBed.StateOf(testbed) == "on", "on again", TimeSpan.FromSeconds(30));
        Send(testbed, 500);
    });

    [KernelFact]
    public void Without_the_right_one_line_says_so_and_the_queues_do_all() => OnTestbed(testbed =>
    {
        var nobody = new Balancer(testbed.Balancer.Host, Balancer.NobodyWithNetAdminAlone);
        nobody.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = nobody.StartFlowlb("0:3", RuleSet.LongQueues, FastBed.Option);
        nobody.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        Eventually.True(() => FastBed.StateOf(nobody).StartsWith("refused: "), "refused");
        TargetCaptures captures = TargetCaptures.Start(testbed);
        new Injection("both", "1-65535", 100).Send(testbed.Client, 300, 10_000);
        flowlb.WaitUntil(() => Balancer.Queues(flowlb).Sum(queue => queue.Queued) == 300, "all packets queued");
        Eventually.True(
            () => FastBed.Sum(nobody.Counters(), "targets", "packets") == 300, "all packets counted");
        Assert.Equal(300, captures.Stop().Total);
        CommandResult end = flowlb.Stop();
        Assert.Equal(0, end.ExitCode);
        Assert.Single(end.Stderr.Split('\n'), line => line.Contains("no fast path"));
    });

    [KernelTheory]
    [InlineData("--fast-path=no/such", "Invalid --fast-path [no/such]: '/' and ':' are not allowed\n")]
    [InlineData("--fast-path-vips=10.0.0.1/32", "--fast-path-vips needs --fast-path\n")]
    [InlineData("--fast-path-exit=redirect", "--fast-path-exit needs --fast-path\n")]
    public void Bad_values_are_refused(string option, string complaint) => OnTestbed(testbed =>
    {
        CommandResult result = testbed.Balancer.Nfqlb("flowlb", option);
        Assert.Equal((1, complaint), (result.ExitCode, result.Stderr));
    });

    private static BackgroundProcess Start(Testbed testbed)
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = FastBed.Start(testbed, RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        return flowlb;
    }

    /// <summary>All are decided in the kernel.</summary>
    private static void Send(Testbed testbed, int packets)
    {
        long before = FastBed.Packets(testbed, "decided");
        FastBed.Send(testbed, packets);
        Assert.Equal(packets, FastBed.Packets(testbed, "decided") - before);
    }

    private void OnTestbed(Action<Testbed> test) => UndisturbedTestbed.Run(2, output, testbed =>
    {
        FastBed.Prepare(testbed);
        test(testbed);
    });
}
