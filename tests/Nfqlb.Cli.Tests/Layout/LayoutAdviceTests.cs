using Nfqlb.Cli.Layout;
using Nfqlb.Linux.Cpus;

namespace Nfqlb.Cli.Tests.Layout;

/// <summary>Queues, workers and CPUs as the kernel's fan-out needs them.</summary>
public class LayoutAdviceTests
{
    [Theory]
    [InlineData("0", 1, "0")]
    [InlineData("3", 1, "3")]
    [InlineData("0-3", 4, "0-3")]
    [InlineData("2,3", 2, "2-3")]
    [InlineData("0,2", 3, "0,0,2")]
    [InlineData("1,2", 2, "2,1")]
    [InlineData("0,4,8", 3, "0,4,8")]
    [InlineData("0,3,6", 4, "0,0,6,3")]
    public void Each_CPU_has_the_queue_that_fan_out_gives_its_packets(string receiving, int queues, string cpus)
    {
        var layout = QueueLayout.Of(Parse(receiving).Numbers);
        Assert.Equal((queues, cpus), (layout.Queues, $"{layout.Cpus}"));
        Assert.All(Parse(receiving).Numbers, cpu => Assert.Equal(cpu, layout.Cpus.ForWorker(cpu % queues)));
    }

    [Fact]
    public void What_is_known_of_a_link_becomes_lines_to_paste() => Assert.Equal(
        [
            "# Each packet is decided on the CPU that it came in on",
            "nfqlb flowlb --queue=0:1 --cpus=0-1",
            "nfqlb vip-set --vips=203.0.113.1/32 --queue=0:1 --fanout=yes",
        ],
        LayoutAdvice.Lines(
            "eth0", [Queue(0, interruptOn: "0"), Queue(1, interruptOn: "1")], Parse("0-1"), "203.0.113.1/32"));

    [Fact]
    public void What_is_not_known_is_said() => Assert.Equal(
        [
            "# rx-0: neither an interrupt of eth0 nor packet steering (rps_cpus) tells its CPU",
            "# rx-1: neither an interrupt of eth0 nor packet steering (rps_cpus) tells its CPU",
            "# Without a known CPU: a queue for each receive queue, spread by addresses, workers anywhere",
            "nfqlb flowlb --queue=0:1",
            "nfqlb vip-set --vips=VIPS --queue=0:1 --fanout=no",
        ],
        LayoutAdvice.Lines("eth0", [Queue(0), Queue(1)], Parse("0-1"), "VIPS"));

    [Fact]
    public void What_stands_against_it_is_said() => Assert.Equal(
        [
            "# rx-2: its interrupt may go to any of CPUs 0-2",
            "# rx-0, rx-1 come in on the same CPUs, 1: spread them by /proc/irq/N/smp_affinity_list first",
            "# CPUs 2 receive, and are not allowed to this process: start the balancer where they are",
            "# Each packet is decided on the CPU that it came in on",
            "nfqlb flowlb --queue=0:2 --cpus=0-2",
            "nfqlb vip-set --vips=VIPS --queue=0:2 --fanout=yes",
        ],
        LayoutAdvice.Lines(
            "eth0",
            [Queue(0, interruptOn: "1"), Queue(1, interruptOn: "0", steeredTo: "1"), Queue(2, interruptOn: "0-2")],
            Parse("0-1"), "VIPS"));

    private static ReceiveQueue Queue(int number, string? interruptOn = null, string? steeredTo = null) => new(
        number, interruptOn is null ? null : 20 + number, interruptOn is null ? null : $"eth0-{number}",
        interruptOn is null ? null : Parse(interruptOn), steeredTo is null ? null : Parse(steeredTo));

    private static CpuList Parse(string text) => CpuList.TryParse(text, out var list, out string? error)
        ? list
        : throw new InvalidOperationException(error);
}
