using System.Globalization;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Top;

/// <summary>What `top` shows of real traffic, as lines and in a terminal.</summary>
public sealed class TopTests(ITestOutputHelper output)
{
    private const string Pool = "web";
    private const int TargetCount = 3, PacketsPerSecond = 4000, Seconds = 2, Packets = 24_000;

    [KernelFact]
    public void Printed_rates_are_those_of_what_was_sent() => UndisturbedTestbed.Run(TargetCount, output, testbed =>
    {
        BackgroundProcess flowlb = StartBalancing(testbed);
        var injection = new Injection("both", "1-65535", 2000);
        BackgroundProcess top = testbed.Balancer.Host.Start(Executables.Nfqlb, "top", $"--interval={Seconds}",
            "--count=2");
        BackgroundProcess sender = injection.StartSending(testbed.Client, Packets, PacketsPerSecond);

        string[][] blocks = BlocksIn(top.WaitForEnd().MustSucceed().Stdout);
        bool wasSending = !sender.HasEnded;
        double rate = Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(60)), Packets);

        Assert.True(wasSending, "the traffic ended too early to prove anything");
        Assert.Equal(2, blocks.Length);
        string[] last = blocks[1];
        output.WriteLine($"sent at {rate:f0} packets/s\n{string.Join('\n', last)}");
        // On a busy machine the sender is not even: what it sent in one interval may be more or less than the mean.
        double packets = Number(last, "top ", "packets/s");
        Assert.InRange(packets, rate * 0.6, rate * 1.4);
        Assert.Equal(packets, Number(last, "top ", "balanced/s"), packets / 50);
        Assert.Equal(packets, Sum(last, "queue ", "packets/s"), packets / 50);
        Assert.Equal(packets, Sum(last, "target ", "packets/s"), packets / 50);
        Assert.Equal(packets, Number(last, "flow name=all ", "packets/s"), packets / 10);
        Assert.Equal(4, last.Count(line => line.StartsWith("queue ")));
        string[] targets = [.. last.Where(line => line.StartsWith("target "))];
        Assert.Equal(TargetCount, targets.Length);
        Assert.All(targets, target =>
        {
            Assert.InRange(Number([target], "", "share"), 25, 42);
            Assert.InRange(Number([target], "", "ideal"), 33.2, 33.5);
        });
        Assert.Equal(targets.OrderByDescending(line => Number([line], "", "packets/s")), targets);
        Assert.Equal(0, Sum(last, "queue ", "queue_full/s"));
        flowlb.Stop();
    });

    [KernelFact]
    public void Without_a_balancer_lines_end_and_bad_options_are_refused()
    {
        using var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        Complaint.Check(balancer.Nfqlb("top"), "unix:nfqlb");
        Complaint.Check(balancer.Nfqlb("top", "--interval=0"), "--interval", "0");
        Complaint.Check(balancer.Nfqlb("top", "--count=no"), "--count", "no");
        BackgroundProcess flowlb = balancer.StartFlowlb("0");
        BackgroundProcess top = sandbox.First.Start(Executables.Nfqlb, "top").WaitForOutput("queue number=0");
        BackgroundProcess other = sandbox.First.Start(Executables.Nfqlb, "top").WaitForOutput("queue number=0");

        other.Signal(PosixSignalNumber.Interrupt);
        Assert.Equal((0, ""), (other.WaitForEnd().ExitCode, other.Stderr));
        flowlb.Stop();

        CommandResult end = top.WaitForEnd();
        Assert.Equal((1, "Connect failed. unix:nfqlb: Connection refused\n"), (end.ExitCode, end.Stderr));
    }

    [KernelFact]
    public void On_a_terminal_rates_are_seen_and_q_and_Ctrl_C_leave_it_as_it_was() =>
        UndisturbedTestbed.Run(TargetCount, output, testbed =>
        {
            BackgroundProcess flowlb = StartBalancing(testbed);
            using var pane = new TerminalPane(testbed.Balancer.Host);
            string before = pane.Settings();
            new Injection("both", "1-65535", 2000)
                .StartSending(testbed.Client, 100_000, PacketsPerSecond);

            pane.Type($"{Executables.Nfqlb} top", "Enter");
            pane.WaitFor(screen => screen.Any(line => line.StartsWith("web/0 ") || line.StartsWith("web/1 "))
                && screen.Any(line => line.StartsWith("all ") && !line.StartsWith("all  0")));
            Assert.Contains(pane.Screen(), line => line.Contains("packets/s  balanced "));
            pane.Resize(30, 9);
            pane.WaitFor(screen => screen[0].EndsWith('~') && screen.Any(line => line.StartsWith("FLOW")));
            pane.Resize(90, 24);
            pane.WaitFor(screen => screen[0].EndsWith("q leaves") && screen.Any(line => line.StartsWith("FLOW")));

            flowlb.Stop();
            pane.WaitFor(screen => screen.Any(line => line.Contains("Connection refused; trying again")));
            flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
            pane.WaitFor(screen => screen.Any(line => line.Contains("packets/s  balanced ")));
            pane.Type("q");
            pane.WaitForPrompt("code 0");
            Assert.Equal(before, pane.Settings());

            pane.Type($"{Executables.Nfqlb} top", "Enter");
            pane.WaitFor(screen => screen.Any(line => line.StartsWith("QUEUE ")));
            pane.Type("C-c");
            pane.WaitForPrompt("code 0");
            Assert.Equal(before, pane.Settings());
            Assert.DoesNotContain(pane.Screen(), line => line.StartsWith("QUEUE "));
        });

    private static BackgroundProcess StartBalancing(Testbed testbed)
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", RuleSet.LongQueues);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        return flowlb;
    }

    private static string[][] BlocksIn(string lines) =>
        [.. lines.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block.Split('\n'))];

    private static double Sum(IEnumerable<string> lines, string beginning, string key) =>
        lines.Where(line => line.StartsWith(beginning)).Sum(line => Number([line], beginning, key));

    private static double Number(IEnumerable<string> lines, string beginning, string key) => double.Parse(
        lines.Single(line => line.StartsWith(beginning)).Split(' ').Single(word => word.StartsWith(key + "="))
            .Split('=')[1].TrimEnd('%'), CultureInfo.InvariantCulture);
}
