using System.Net.Sockets;
using System.Text.Json;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>What flowlb writes on standard error, and how much of it.</summary>
[BesideOthers]
public sealed class LoggingTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public LoggingTests() => _balancer = new Balancer(_sandbox.First);

    [KernelFact]
    public void Start_stop_and_replaced_pools_are_logged_and_flows_only_when_asked_for()
    {
        _balancer.CreatePool("lb-1", 997, 10);
        BackgroundProcess flowlb = _balancer.StartFlowlb("3:4");
        flowlb.WaitForOutput("notice started version=");
        _balancer.Nfqlb("flow-set", "--name=quiet", "--target=lb-1").MustSucceed();

        _balancer.Nfqlb("loglevel", "6").MustSucceed();
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        _balancer.Nfqlb("flow-delete", "--name=f").MustSucceed();
        _balancer.CreatePool("lb-1", 101, 10);
        flowlb.WaitForOutput("pool replaced");
        string[] events = [.. flowlb.Stop().Stderr.TrimEnd('\n').Split('\n').Select(line => line[25..])];

        Assert.Matches("^notice started version=.* queues=3:4$", events[0]);
        Assert.Equal(
            [
                "info flow set flow=f target=lb-1", "info flow deleted flow=f",
                "notice pool replaced pool=lb-1", "notice stopped",
            ],
            // Whether the new pool is found before or after it was filled.
            events[1..].Where(line => !line.StartsWith("info table changed pool=lb-1")));
    }

    [KernelFact]
    public void Programs_read_it_as_JSON()
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("3", "--log=json");
        flowlb.WaitForOutput("started");

        string[] lines = flowlb.Stop().Stderr.TrimEnd('\n').Split('\n');

        Assert.Equal(
            ["started", "stopped"],
            lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!));
    }

    [KernelFact]
    public void So_they_do_what_was_found_of_kept_flows()
    {
        const string state = "--state=/dev/shm/state";
        _balancer.CreatePool("lb-1", 101, 4);
        _balancer.CreatePool("lb-2", 101, 4);
        BackgroundProcess first = _balancer.StartFlowlb("3", state);
        _balancer.Nfqlb("flow-set", "--name=a", "--target=lb-1").MustSucceed();
        _balancer.Nfqlb("flow-set", "--name=b", "--target=lb-2").MustSucceed();
        _balancer.Nfqlb("flow-set", "--name=c", "--target=lb-2").MustSucceed();
        first.Stop();
        _sandbox.First.Shell("truncate -s -3 /dev/shm/state/flows");
        _balancer.Nfqlb("delete", "--shm=lb-1").MustSucceed();

        string[] lines = Events(_balancer.StartFlowlb("3", state, "--log=json").WaitForOutput("started"));

        Assert.Equal(
            [
                "kept flows", "flow is left out", "flows are left out with their pool",
                "all flows as they were found are kept", "started", "stopped",
            ],
            lines);
    }

    /// <summary>More clients than may be connected at a time.</summary>
    [KernelFact]
    public void So_they_do_what_the_HTTP_server_has_to_say()
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("3", "--log=json", "--http=unix:/dev/shm/http");
        flowlb.WaitForOutput("started");
        Socket[] clients = [.. Enumerable.Range(0, 600).Select(_ =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(_sandbox.PathInSharedMemory("http")));
            return socket;
        })];
        flowlb.WaitForOutput("Microsoft.AspNetCore.Server.Kestrel");
        Array.ForEach(clients, client => client.Dispose());

        string[] events = Events(flowlb);

        Assert.InRange(events.Count(name => name == "library reports"), 1, 10);
        Assert.Equal(["started", "stopped"], events.Where(name => name != "library reports"));
    }

    /// <summary>Of every line, which has to be JSON.</summary>
    private static string[] Events(BackgroundProcess flowlb) =>
    [
        .. flowlb.Stop().Stderr.TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!),
    ];

    [KernelTheory]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("many")]
    public void A_bad_level_is_refused_and_changes_nothing(string level)
    {
        Complaint.Check(_balancer.Nfqlb("loglevel", "--", level), level);
        Assert.Equal("loglevel=5\n", _balancer.Nfqlb("loglevel").MustSucceed().Stdout);
    }

    [KernelFact]
    public void A_bad_format_is_refused() =>
        Complaint.Check(_balancer.Nfqlb("flowlb", "--queue=3", "--log=xml"), "--log", "xml");

    [KernelFact]
    public void Foreign_memory_of_that_name_is_left_alone_and_stops_no_packets()
    {
        _balancer.CreatePool("pool", 997, 10);
        _sandbox.First.Shell("mv /dev/shm/pool /dev/shm/nfqlb-trace");
        string before = Sum();

        Complaint.Check(_balancer.Nfqlb("loglevel", "6"), "nfqlb-trace");
        BackgroundProcess flowlb = _balancer.StartFlowlb("3").WaitForOutput("notice started");

        Assert.Contains("warning log level cannot be changed", flowlb.Stop().Stderr);
        Assert.Equal(before, Sum());

        string Sum() => _sandbox.First.Shell("md5sum /dev/shm/nfqlb-trace").Stdout;
    }

    public void Dispose() => _sandbox.Dispose();
}
