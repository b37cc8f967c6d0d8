using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Health means that packets leave: a test for each way in which they may not.</summary>
[BesideOthers]
public sealed class PacketsThatDoNotLeaveTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string[] AsNobody =
    [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+net_admin",
        "--ambient-caps=+net_admin",
    ];

    private readonly BreakableFlowlb _flowlb = new();

    [KernelTheory]
    [InlineData("worker-hangs", "queue 5 makes no progress though packets wait")]
    [InlineData("worker-ends", "queue 5 makes no progress though packets wait")]
    [InlineData("packets-lost", "queue 5 makes no progress though packets wait")]
    [InlineData("queue-closed", "queue 5 is not bound")]
    public void What_keeps_them_is_told_everywhere(string how, string fault)
    {
        BackgroundProcess flowlb = _flowlb.Start(user: null, "--qlength=16");

        _flowlb.Break(how);

        CheckTold(fault);
        CheckWatchdog(isAlive: false, fault);
        flowlb.Signal(PosixSignalNumber.Kill);
        flowlb.WaitForEnd();
    }

    /// <summary>A restart does not mend that, and would lose what waits: systemd is told, and still hears of life.
    /// </summary>
    [KernelFact]
    public void A_queue_that_drops_as_more_come_than_are_answered_is_told_everywhere()
    {
        const string fault = "queue 5 is full and drops packets: it takes more queues or a longer one";
        _flowlb.Start(user: null, "--qlength=4");

        _flowlb.Break("worker-slow");

        CheckTold(fault);
        CheckWatchdog(isAlive: true, fault);
        _flowlb.Sandbox.First.Shell("rm /dev/shm/worker-slow");
        Eventually.True(() => Page("/healthz") == (200, "ok\n"), "health", Patience);
    }

    [KernelFact]
    public void A_queue_that_another_one_has_bound_is_told_everywhere()
    {
        BackgroundProcess flowlb = _flowlb.Start();
        _flowlb.Break("queue-closed");
        flowlb.WaitUntil(() => Balancer.BoundQueues(flowlb).Count == 0, "queue closed", Patience);

        StartSecond();

        const string fault = "queue 5 is bound by another process";
        CheckTold(fault);
        CheckWatchdog(isAlive: false, fault);
        flowlb.Signal(PosixSignalNumber.Kill);
        flowlb.WaitForEnd();
    }

    /// <summary>The queue of the same number that can be seen from here is another one's.</summary>
    [KernelFact]
    public void A_queue_of_another_network_namespace_is_told_everywhere()
    {
        _flowlb.Sandbox.AddNetworkNamespace("other");
        StartSecond();
        _flowlb.Sandbox.First.Shell("touch /dev/shm/foreign");
        _flowlb.StartUnwell();

        const string fault = "queue 5 is of another network namespace";
        CheckTold(fault);
        CheckWatchdog(isAlive: false, fault);
    }

    [KernelFact]
    public void A_balancer_whose_verdicts_are_refused_ends_and_says_why()
    {
        BackgroundProcess flowlb = _flowlb.Start();

        _flowlb.Break("rights-dropped");

        CommandResult end = flowlb.WaitForEnd(Patience);
        Assert.Equal(1, end.ExitCode);
        Assert.Contains("the kernel refuses verdicts for queue 5: CAP_NET_ADMIN is missing", end.Stderr);
    }

    /// <summary>The kernel's list is root's: what cannot be known is not claimed, and the socket tells the rest.
    /// </summary>
    [KernelFact]
    public void One_that_may_not_see_the_kernels_list_tells_what_it_knows_without()
    {
        BackgroundProcess flowlb = _flowlb.Start(AsNobody);
        Assert.Equal(0, new MetricsText(HttpView.Get(_flowlb.Http, "/metrics")).Sum("nfqlb_queue_backlog_packets"));

        _flowlb.Break("queue-closed");

        CheckTold("queue 5 is not bound");
        flowlb.Signal(PosixSignalNumber.Kill);
        flowlb.WaitForEnd();
    }

    public void Dispose() => _flowlb.Dispose();

    private void StartSecond() => Balancer.WaitUntilReady(
        _flowlb.Sandbox.First.Start("env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb, "flowlb",
            "--queue=5", "--trace_address=unix:second-trace", "--ft_shm=second"),
        "5", "@second");

    private void CheckTold(string fault)
    {
        Eventually.True(() => Page("/healthz") == (503, $"{fault}\n"), fault, Patience);
        Eventually.True(() => Page("/readyz") == (503, $"{fault}\n"), $"{fault}, and nothing of the start", Patience);
        var metrics = new MetricsText(HttpView.Get(_flowlb.Http, "/metrics"));
        Assert.Equal((0, 0), (metrics["nfqlb_healthy"], metrics["nfqlb_ready"]));
        CommandResult status = _flowlb.Balancer.Nfqlb("status", "--json");
        Assert.Equal(3, status.ExitCode);
        JsonElement finding = Assert.Single(
            JsonDocument.Parse(status.Stdout).RootElement.GetProperty("findings").EnumerateArray(),
            finding => finding.GetProperty("what").GetString() == fault);
        Assert.Equal("bad", finding.GetProperty("severity").GetString());
    }

    private void CheckWatchdog(bool isAlive, string fault)
    {
        string status = fault.Contains("progress", StringComparison.Ordinal)
            ? "STATUS=Queue 5 makes no progress" : $"STATUS=Q{fault[1..]}";
        string heard = _flowlb.Hear();
        for (int more = 0; heard != status && more < 1_000; more++)
        {
            heard = _flowlb.Hear();
        }
        string[] next = [.. Enumerable.Range(0, 6).Select(_ => _flowlb.Hear())];
        Assert.Equal(isAlive, next.Contains("WATCHDOG=1"));
        Assert.Contains(status, next);
    }

    private (int, string) Page(string page)
    {
        var (status, text, _) = HttpView.Ask(_flowlb.Http, page);
        return (status, text);
    }
}
