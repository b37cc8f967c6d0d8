using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>What a polite signal does to packets: those that wait reach their targets.</summary>
[BesideOthers]
public sealed class CleanEndTests(ITestOutputHelper output)
{
    private const string Pool = "lb-1";

    [KernelTheory]
    [InlineData(nameof(PosixSignalNumber.Terminate))]
    [InlineData(nameof(PosixSignalNumber.Interrupt))]
    public void Packets_that_waited_at_the_signal_are_delivered(string signal) => Run(testbed =>
    {
        const int packets = 3000;
        BackgroundProcess flowlb = Start(testbed);
        TargetCaptures captures = TargetCaptures.Start(testbed);
        flowlb.Signal(PosixSignalNumber.Stop);
        new Injection("both", "1-65535", 500).Send(testbed.Client, packets, 50_000);
        // The test must have looked: every packet waits, and the signal finds them so.
        Eventually.True(() => Balancer.Queues(flowlb).Sum(queue => queue.Waiting) == packets, "all of them queued");

        flowlb.Signal(Enum.Parse<PosixSignalNumber>(signal));
        flowlb.Signal(PosixSignalNumber.Continue);

        CommandResult end = flowlb.WaitForEnd(TimeSpan.FromSeconds(5));
        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
        Assert.Equal(packets, captures.Stop().Total);
    });

    [KernelFact]
    public void With_bypass_not_one_packet_is_lost_while_it_ends_under_traffic() => Run(testbed =>
    {
        const int packets = 60_000;
        // What passes by the queues has no mark and takes the main table, here to the first target.
        testbed.Balancer.Host.Shell(string.Join('\n', Testbed.VirtualAddresses.Select(address =>
            Testbed.IsIPv6(address)
                ? $"ip route add {address} via 2001:db8:1::2\n{Bypass("ip6tables", address)}"
                : $"ip route add {address} via 192.0.2.6\n{Bypass("iptables", address)}")));
        BackgroundProcess flowlb = Start(testbed, "--bypass-on-exit");
        TargetCaptures captures = TargetCaptures.Start(testbed);
        BackgroundProcess sender = new Injection("both", "1-65535", 500).StartSending(testbed.Client, packets, 20_000);
        flowlb.WaitUntil(() => Balancer.Queues(flowlb).Sum(queue => queue.Queued) > packets / 3, "much traffic");

        CommandResult end = flowlb.Stop();
        bool wasInTime = !sender.HasEnded;
        Injection.CheckSummary(sender.WaitForEnd(TimeSpan.FromSeconds(30)), packets);

        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
        Assert.True(wasInTime, "the traffic ended before flowlb did");
        Assert.Equal(packets, captures.Stop().Total);
    });

    private static string Bypass(string tables, string address) => $"""
        {tables} -t mangle -D PREROUTING -d {address} -j NFQUEUE --queue-balance 0:3
        {tables} -t mangle -A PREROUTING -d {address} -j NFQUEUE --queue-balance 0:3 --queue-bypass
        """;

    private static BackgroundProcess Start(Testbed testbed, params string[] options)
    {
        testbed.Balancer.CreatePool(Pool, 997, 10, testbed.Marks);
        BackgroundProcess flowlb = testbed.Balancer.StartFlowlb("0:3", [RuleSet.LongQueues, .. options]);
        testbed.Balancer.Nfqlb("flow-set", "--name=all", $"--target={Pool}").MustSucceed();
        return flowlb;
    }

    private void Run(Action<Testbed> test) => UndisturbedTestbed.Run(2, output, test);
}
