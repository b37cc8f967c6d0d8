using System.Text.Json;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>What flowlb writes on standard error, and how much of it.</summary>
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
            events[1..]);
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
