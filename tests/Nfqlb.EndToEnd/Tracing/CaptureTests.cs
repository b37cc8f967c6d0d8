using System.Text;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>What `capture` writes of real packets.</summary>
[BesideOthers]
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
        Assert.Equal(["nfqueue"], file.Interfaces);
        Assert.Equal(["one"u8.ToArray(), "second"u8.ToArray()], file.Packets.Select(packet => packet.Bytes[28..]));
        Assert.Equal([31, 34], file.Packets.Select(packet => packet.OriginalLength));
        Assert.All(file.Packets, packet => Assert.InRange(packet.Queue, 3, 4));
        Assert.Matches(
            $"^queue={file.Packets[0].Queue} flow=f target=lb-1 slot=0 mark=5 hash=0x[0-9a-f]{{8}}$",
            file.Packets[0].Comment);
        Assert.Equal($"queue={file.Packets[1].Queue} flow=none dropped", file.Packets[1].Comment);
        Assert.All(file.Packets, packet => Assert.InRange(
            packet.Time, before.AddMilliseconds(-10), DateTime.UtcNow.AddMilliseconds(10)));
    }

    [KernelTheory]
    [InlineData("--flow=f", "one,two")]
    [InlineData("--name=ten", "three")]
    [InlineData("--flow=idle", "")]
    public void Only_what_was_asked_for_is_written(string what, string payloads)
    {
        StartBalancing();
        _balancer.Nfqlb("trace-flow-set", "--name=ten", "--protocols=udp", "--dports=10").MustSucceed();
        _balancer.Nfqlb("flow-set", "--name=idle", "--target=lb-1", "--protocols=sctp").MustSucceed();
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
            {{Executables.Nfqlb}} capture --seconds=8 | {
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
        Complaint.Check(_balancer.Nfqlb("capture", "--flow=nosuch"), "flow", "nosuch");
        Complaint.Check(_balancer.Nfqlb("capture", "--name=f"), "name", "[f]"); // balances, but selects for no trace
        Complaint.Check(_balancer.Nfqlb("capture", "-w", "/nosuch/file"), "[/nosuch/file]: No such file or directory");
        Complaint.Check(_balancer.Nfqlb("capture", "-w", "/"), "[/]: Is a directory");
        BackgroundProcess[] captures =
            [.. Enumerable.Range(0, 4).Select(i => Capture("--seconds=100", $"capture-{i}"))];
        Complaint.Check(_balancer.Nfqlb("capture"), "too many");
        Assert.All(captures, capture => Assert.Equal(0, capture.Stop().ExitCode));
    }

    /// <summary>libpcap refuses more than one interface of this kind, which is what four queues once were.</summary>
    [KernelFact]
    public void Tcpdump_and_tshark_open_a_capture_of_four_queues()
    {
        StartBalancing("0:3");
        BackgroundProcess capture = Capture("--count=32");
        Enumerable.Range(1, 32).ToList().ForEach(i => Send("one", port: 9, address: $"127.0.9.{i}"));
        capture.WaitForEnd();
        string file = _sandbox.PathInSharedMemory("capture");

        string lines = Command.Run(["tcpdump", "-n", "-r", file]).MustSucceed().Stdout;
        string[] fields = Command.Run(["tshark", "-n", "-r", file, "-T", "fields", "-e", "ip.dst",
            "-e", "frame.interface_queue", "-e", "frame.comment"]).MustSucceed().Stdout.TrimEnd('\n').Split('\n');

        string[] addresses = [.. Enumerable.Range(1, 32).Select(i => $"127.0.9.{i}")];
        Assert.Equal(32, lines.Count(letter => letter == '\n'));
        Assert.All(addresses, address => Assert.Contains($" > {address}.9: UDP, length 3", lines));
        Assert.Equal(addresses.Order(), fields.Select(line => line.Split('\t')[0]).Order());
        Assert.All(fields, line => Assert.StartsWith($"queue={line.Split('\t')[1]} ", line.Split('\t')[2]));
        Assert.True(fields.Select(line => line.Split('\t')[1]).Distinct().Count() > 1, "all came by one queue");
    }

    [KernelFact]
    public void A_reader_that_goes_away_ends_the_capture_without_a_word()
    {
        StartBalancing();
        BackgroundProcess capture = _balancer.Host.Start(
            "bash", "-c", $"{Executables.Nfqlb} capture | head -c 28 > /dev/shm/capture; exit ${{PIPESTATUS[0]}}");
        capture.WaitUntil(() => new FileInfo(_sandbox.PathInSharedMemory("capture")) is { Exists: true, Length: 28 },
            "the beginning of the file");

        // The one that finds the pipe closed ends the capture: the first, unless `head` takes its time to leave.
        Eventually.True(
            () =>
            {
                Send("one", port: 9);
                return capture.HasEnded;
            },
            "the end of the capture");

        CommandResult end = capture.WaitForEnd();
        Assert.Equal(0, end.ExitCode);
        Assert.DoesNotContain("roken pipe", end.Stderr);
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
            @"^127\.0\.0\.9\|9\|6f6e65\|queue=[34] flow=f target=lb-1 slot=0 mark=5 hash=0x[0-9a-f]{8}\|nfqueue\n$",
            fields);
    }

    public void Dispose() => _sandbox.Dispose();

    private BackgroundProcess StartBalancing(string queues = "3:4")
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        BackgroundProcess flowlb = _balancer.StartFlowlb(queues).WaitForOutput("started");
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1", "--protocols=udp", "--dports=9").MustSucceed();
        // Dropped at last, so that no ICMP error fails a sender that comes later.
        _sandbox.First.Shell($"""
            iptables -t mangle -A OUTPUT -p udp -d 127.0.0.0/16 -j NFQUEUE --queue-balance {queues}
            iptables -A INPUT -p udp -d 127.0.0.0/16 -j DROP
            """);
        return flowlb;
    }

    private BackgroundProcess Capture(string what, string file = "capture") =>
        _balancer.Host.Start(Executables.Nfqlb, "capture", what, "-w", $"/dev/shm/{file}")
            .WaitUntil(() => new FileInfo(_sandbox.PathInSharedMemory(file)) is { Exists: true, Length: > 80 },
                "the beginning of a file");

    private PcapngFile Written() => PcapngFile.Read(_sandbox.PathInSharedMemory("capture"));

    private void Send(string payload, int port, string address = "127.0.0.9") =>
        _sandbox.First.Shell($"printf {payload} > /dev/udp/{address}/{port}");
}
