using System.Text;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>What `capture` writes of real packets.</summary>
public sealed class CaptureTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public CaptureTests() => _balancer = new Balancer(_sandbox.First);

    [KernelFact]
    public void Packets_are_written_whole_with_their_decision_until_there_are_enough()
    {
        StartBalancing();
        BackgroundProcess capture = Capture("--count=2");

        DateTime before = DateTime.UtcNow;
        Send("one", port: 9);
        Send("second", port: 10);
        CommandResult end = capture.WaitForEnd();

        Assert.Equal((0, "2 packets, 0 dropped for want of speed\n"), (end.ExitCode, end.Stderr));
        PcapngFile file = Written();
        Assert.Equal(["queue 3", "queue 4"], file.Interfaces);
        Assert.Equal(["one"u8.ToArray(), "second"u8.ToArray()], file.Packets.Select(packet => packet.Bytes[28..]));
        Assert.Equal([31, 34], file.Packets.Select(packet => packet.OriginalLength));
        Assert.Matches("^flow=f target=lb-1 slot=0 mark=5 hash=0x[0-9a-f]{8}$", file.Packets[0].Comment);
        Assert.Equal("flow=none dropped", file.Packets[1].Comment);
        Assert.All(file.Packets, packet => Assert.InRange(
            packet.Time, before.AddMilliseconds(-10), DateTime.UtcNow.AddMilliseconds(10)));
    }

    [KernelTheory]
    [InlineData("--flow=f", "one,two")]
    [InlineData("--name=ten", "three")]
    [InlineData("--flow=nosuch", "")]
    public void Only_what_was_asked_for_is_written(string what, string payloads)
    {
        StartBalancing();
        _balancer.Nfqlb("trace-flow-set", "--name=ten", "--protocols=udp", "--dports=10").MustSucceed();
        BackgroundProcess capture = Capture(what);

        Send("one", port: 9);
        Send("two", port: 9);
        Send("three", port: 10);
        Eventually.True(() => Datagrams.Received(_balancer) == 3, "all packets balanced");
        capture.Signal(PosixSignalNumber.Interrupt);

        Assert.Equal(0, capture.WaitForEnd().ExitCode);
        var written = Written().Packets.Select(packet => Encoding.ASCII.GetString(packet.Bytes[28..]));
        Assert.Equal(payloads, string.Join(',', written));
    }

    [KernelFact]
    public void A_capture_without_packets_ends_in_time_and_is_a_whole_file()
    {
        StartBalancing();

        CommandResult end = _balancer.Host.Shell($"{Executables.Nfqlb} capture --seconds=1 > /dev/shm/capture");

        Assert.Equal(0, end.ExitCode);
        Assert.Empty(Written().Packets);
        Assert.Equal(0, Written().Dropped);
    }

    [KernelFact]
    public void A_reader_that_stands_still_misses_packets_which_the_file_counts()
    {
        const int packets = 30_000;
        StartBalancing();
        BackgroundProcess capture = _balancer.Host.Start("sh", "-c", $$"""
            {{Executables.Nfqlb}} capture --seconds=20 | {
                head -c 28
                while [ ! -e /dev/shm/go ]; do sleep 0.1; done
                cat
            } > /dev/shm/capture
            """);
        capture.WaitUntil(() => new FileInfo(_sandbox.PathInSharedMemory("capture")) is { Exists: true, Length: 28 },
            "the beginning of the file");

        Datagrams.Send(packets, _balancer);
        _sandbox.First.Shell("touch /dev/shm/go");
        Assert.Equal(0, capture.WaitForEnd(TimeSpan.FromSeconds(30)).ExitCode);

        PcapngFile file = Written();
        Assert.InRange(file.Dropped, 1, packets);
        Assert.Equal(packets, file.Packets.Count + file.Dropped);
    }

    [KernelFact]
    public void A_capture_whose_balancer_ends_says_so()
    {
        BackgroundProcess flowlb = StartBalancing();
        BackgroundProcess capture = Capture("--count=5");

        flowlb.Stop();

        CommandResult end = capture.WaitForEnd();
        Assert.Equal(1, end.ExitCode);
        Assert.EndsWith("The balancer has ended the capture\n", end.Stderr);
    }

    [KernelFact]
    public void Others_are_refused_and_so_are_too_many()
    {
        StartBalancing();
        CommandResult other = _balancer.Host.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Executables.Nfqlb, "capture", "--count=1");
        Complaint.Check(other, "root");

        Complaint.Check(_balancer.Nfqlb("capture", "--name=a b"), "a b");
        Complaint.Check(_balancer.Nfqlb("capture", "-w", "/nosuch/file"), "/nosuch/file");
        BackgroundProcess[] captures =
            [.. Enumerable.Range(0, 4).Select(i => Capture("--seconds=100", $"capture-{i}"))];
        Complaint.Check(_balancer.Nfqlb("capture"), "too many");
        Assert.All(captures, capture => Assert.Equal(0, capture.Stop().ExitCode));
    }

    [KernelFact]
    public void Tshark_reads_packets_and_comments()
    {
        StartBalancing();
        BackgroundProcess capture = Capture("--count=1");
        Send("one", port: 9);
        capture.WaitForEnd();

        string fields = Command.Run(
            ["tshark", "-r", _sandbox.PathInSharedMemory("capture"), "-T", "fields", "-E", "separator=|",
                "-e", "ip.dst", "-e", "udp.dstport", "-e", "data.data", "-e", "frame.comment",
                "-e", "frame.interface_name"]).MustSucceed().Stdout;

        Assert.Matches(
            @"^127\.0\.0\.9\|9\|6f6e65\|flow=f target=lb-1 slot=0 mark=5 hash=0x[0-9a-f]{8}\|queue [34]\n$", fields);
    }

    public void Dispose() => _sandbox.Dispose();

    private BackgroundProcess StartBalancing()
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        BackgroundProcess flowlb = _balancer.StartFlowlb("3:4").WaitForOutput("started");
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1", "--protocols=udp", "--dports=9").MustSucceed();
        // Dropped at last, so that no ICMP error fails a sender that comes later.
        _sandbox.First.Shell("""
            iptables -t mangle -A OUTPUT -p udp -d 127.0.0.9 -j NFQUEUE --queue-balance 3:4
            iptables -A INPUT -p udp -d 127.0.0.9 -j DROP
            """);
        return flowlb;
    }

    private BackgroundProcess Capture(string what, string file = "capture") =>
        _balancer.Host.Start(Executables.Nfqlb, "capture", what, "-w", $"/dev/shm/{file}")
            .WaitUntil(() => new FileInfo(_sandbox.PathInSharedMemory(file)) is { Exists: true, Length: > 100 },
                "the beginning of a file");

    private PcapngFile Written() => PcapngFile.Read(_sandbox.PathInSharedMemory("capture"));

    private void Send(string payload, int port) =>
        _sandbox.First.Shell($"printf {payload} > /dev/udp/127.0.0.9/{port}");
}
