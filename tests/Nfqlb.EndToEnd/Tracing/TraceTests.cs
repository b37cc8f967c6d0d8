using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>What `trace` shows of real packets, and what it costs those who do not look.</summary>
[BesideOthers]
public sealed class TraceTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public TraceTests()
    {
        _balancer = new Balancer(_sandbox.First);
    }

    [KernelFact]
    public void Packets_that_a_trace_flow_selects_are_shown_with_their_decision()
    {
        StartBalancing();
        _balancer.Nfqlb("trace-flow-set", "--name=nine", "--protocols=udp", "--dports=9").MustSucceed();
        BackgroundProcess trace = Trace("--selection=flows");

        Send(port: 8);
        Send(port: 9);
        trace.WaitForOutput("trace-flow=nine");

        string line = Assert.Single(trace.Stdout.TrimEnd('\n').Split('\n')[2..]);
        Assert.Matches(
            @"^[0-9:.]{15} udp 127\.0\.0\.1:\d+ -> 127\.0\.0\.9:9 len=29 "
            + "trace-flow=nine flow=f target=lb-1 slot=0 mark=5 hash=0x[0-9a-f]{8}$",
            line);
        Assert.Contains("\"matches_count\": 1\n", _balancer.Nfqlb("trace-flow-list").MustSucceed().Stdout);
    }

    [KernelFact]
    public void Packets_without_flow_are_shown_as_dropped()
    {
        StartBalancing();
        _balancer.Nfqlb("flow-delete", "--name=f").MustSucceed();
        BackgroundProcess trace = Trace("--mask=0x2");

        Send(port: 9);

        trace.WaitForOutput("127.0.0.9:9 len=29 flow=none dropped\n");
    }

    [KernelFact]
    public void Events_are_shown_by_area_whatever_the_log_level()
    {
        StartBalancing();
        BackgroundProcess flows = Trace("--selection=flow-conf");
        BackgroundProcess log = Trace("--selection=log");

        _balancer.Nfqlb("flow-set", "--name=g", "--target=lb-1").MustSucceed();
        flows.WaitForOutput("flow set flow=g target=lb-1\n");
        _balancer.Nfqlb("loglevel", "6").MustSucceed();
        _balancer.Nfqlb("flow-delete", "--name=g").MustSucceed();
        log.WaitForOutput("flow deleted flow=g\n");

        Assert.DoesNotContain("flow set", log.Stdout);
    }

    [KernelFact]
    public void The_mask_is_cleared_when_the_last_trace_ends_and_a_trace_ends_with_its_balancer()
    {
        BackgroundProcess flowlb = StartBalancing();
        BackgroundProcess first = Trace("--mask=0xffffffff");
        BackgroundProcess second = Trace("--mask=1");
        Assert.Contains("Mask=0xffffffff\nTrace active, mask=0xffffffff\n", first.Stdout);
        first.Signal(PosixSignalNumber.Terminate);
        first.WaitForEnd();
        Send(port: 9);
        Assert.Equal(1u, Mask());

        second.Signal(PosixSignalNumber.Terminate);
        second.WaitForEnd();
        Eventually.True(() => Mask() == 0, "a mask of 0");

        BackgroundProcess third = Trace("--mask=1");
        Assert.Equal(0, flowlb.Stop().ExitCode);
        Assert.Equal(0, third.WaitForEnd().ExitCode);
    }

    [KernelFact]
    public void A_reader_that_stands_still_is_told_what_it_missed_and_slows_nothing()
    {
        const int packets = 30_000;
        StartBalancing();
        BackgroundProcess trace = _balancer.Host.Start("sh", "-c", $$"""
            {{Executables.Nfqlb}} trace --selection=packet | {
                head -c 46
                while [ ! -e /dev/shm/go ]; do sleep 0.1; done
                cat
            }
            """).WaitForOutput("Trace active");

        Datagrams.Send(packets, _balancer);
        _sandbox.First.Shell("touch /dev/shm/go");
        trace.WaitForOutput("this reader is too slow");
        Send(port: 10);
        trace.WaitForOutput("127.0.0.9:10 ");

        long missed = Regex.Matches(trace.Stdout, @"^(\d+) not shown", RegexOptions.Multiline)
            .Sum(match => long.Parse(match.Groups[1].Value));
        long shown = Regex.Count(trace.Stdout, "127.0.0.9:9 ");
        Assert.InRange(missed, 1, packets);
        Assert.Equal(packets, missed + shown);
    }

    [KernelFact]
    public void Another_user_is_told_nothing()
    {
        StartBalancing();

        // One who gets past the segment, which is root's: the right to open any file is not the one to see packets.
        CommandResult other = _balancer.Host.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override", Executables.Nfqlb, "trace", "--mask=2");

        Assert.Equal((0, "Mask=0x00000002\n"), (other.ExitCode, other.Stdout));
    }

    [KernelFact]
    public void One_too_many_is_refused()
    {
        StartBalancing();
        for (int i = 0; i < 4; i++)
        {
            Trace("--selection=packet");
        }

        CommandResult fifth = _balancer.Nfqlb("trace", "--selection=packet");

        Assert.Equal(
            (255, "FAIL: too many traces and captures at once\n"), (fifth.ExitCode, fifth.Stderr));
    }

    [KernelFact]
    public void An_address_that_is_taken_is_tried_again()
    {
        BackgroundProcess first = StartBalancing();
        BackgroundProcess second = _balancer.StartLb("5", "--tshm=lb-1", "--ft_shm=second");
        second.WaitForOutput("notice no trace yet address=unix:nfqlb-trace");

        first.Stop();

        BackgroundProcess? trace = null;
        Eventually.True(() => (trace = TryTrace()) != null, "a trace of the second balancer");
        Assert.Contains("Trace active", trace!.Stdout);
    }

    [KernelTheory]
    [InlineData("trace")]
    [InlineData("trace", "--mask=1", "--selection=log")]
    [InlineData("trace", "--mask=0x100000000")]
    [InlineData("trace", "--mask=all")]
    [InlineData("trace", "--mask=128")]
    [InlineData("trace", "--mask=0")]
    [InlineData("trace-flow-list", "--name=nosuch")]
    [InlineData("trace", "--selection=log,everything")]
    [InlineData("trace", "--mask=1", "--trace_address=nowhere")]
    [InlineData("trace", "--mask=1")]
    [InlineData("flowlb", "--trace_address=nowhere")]
    public void What_cannot_be_done_is_refused(params string[] words)
    {
        Complaint.Check(_balancer.Nfqlb(words));
        Assert.False(File.Exists(_sandbox.PathInSharedMemory("nfqlb-trace")) && Mask() != 0);
    }

    public void Dispose() => _sandbox.Dispose();

    private BackgroundProcess StartBalancing()
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        BackgroundProcess flowlb = _balancer.StartFlowlb("3");
        flowlb.WaitForOutput("started");
        Balancer.WaitUntilReady(flowlb, "3", "@nfqlb-trace");
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        // Dropped at last, so that no ICMP error fails a sender that comes later.
        _sandbox.First.Shell("""
            iptables -t mangle -A OUTPUT -p udp -d 127.0.0.9 -j NFQUEUE --queue-num 3
            iptables -A INPUT -p udp -d 127.0.0.9 -j DROP
            """);
        return flowlb;
    }

    private BackgroundProcess Trace(string what) =>
        _balancer.Host.Start(Executables.Nfqlb, "trace", what).WaitForOutput("Trace active");

    private BackgroundProcess? TryTrace()
    {
        BackgroundProcess trace = _balancer.Host.Start(Executables.Nfqlb, "trace", "--mask=2");
        Eventually.True(() => trace.HasEnded || trace.Stdout.Contains("active"), "a trace or its end");
        return trace.HasEnded && trace.WaitForEnd().ExitCode != 0 ? null : trace;
    }

    private void Send(int port) => _sandbox.First.Shell($"echo > /dev/udp/127.0.0.9/{port}");

    private uint Mask() => BitConverter.ToUInt32(File.ReadAllBytes(_sandbox.PathInSharedMemory("nfqlb-trace")), 4);
}
