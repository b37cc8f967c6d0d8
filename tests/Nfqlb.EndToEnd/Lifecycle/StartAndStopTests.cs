using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>How flowlb begins and ends, as the supervisor that starts it sees it.</summary>
[BesideOthers]
public sealed class StartAndStopTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public StartAndStopTests() => _balancer = new Balancer(_sandbox.First);

    [KernelTheory]
    [InlineData(nameof(PosixSignalNumber.Terminate))]
    [InlineData(nameof(PosixSignalNumber.Interrupt))]
    public void A_polite_signal_ends_it_with_exit_0_and_frees_queues_and_socket(string signal)
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("0:3");
        _balancer.Nfqlb("flow-list").MustSucceed();

        flowlb.Signal(Enum.Parse<PosixSignalNumber>(signal));
        CommandResult end = flowlb.WaitForEnd(TimeSpan.FromSeconds(5));

        Assert.Equal(0, end.ExitCode);
        Assert.Equal("", end.Complaints);
        // All that it held is free: the next one starts at once.
        _balancer.StartFlowlb("0:3");
        _balancer.Nfqlb("flow-list").MustSucceed();
    }

    [KernelFact]
    public void A_signal_that_comes_while_it_starts_is_obeyed_as_politely()
    {
        BackgroundProcess flowlb = _balancer.Host.Start(Executables.Nfqlb, "flowlb", "--queue=0:3");
        flowlb.WaitUntil(() => Balancer.BoundQueues(flowlb).Count > 0, "its first queue");

        CommandResult end = flowlb.Stop();

        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
    }

    [KernelFact]
    public void It_stays_in_the_foreground_and_does_not_wait_for_input()
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("0:3");
        flowlb.CloseInput();

        Assert.Contains(_sandbox.Processes(), line => line.Contains(" flowlb "));
        _balancer.Nfqlb("flow-list").MustSucceed();
        Assert.False(flowlb.HasEnded);
    }

    [KernelFact]
    public void After_a_kill_the_next_one_starts_and_finds_the_pools()
    {
        _balancer.CreatePool("lb-1", 997, 10, 5, 6);
        BackgroundProcess killed = _balancer.StartFlowlb("0:3");
        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        killed.Signal(PosixSignalNumber.Kill);
        Assert.Equal(128 + (int)PosixSignalNumber.Kill, killed.WaitForEnd().ExitCode);

        _balancer.StartFlowlb("0:3");

        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        Assert.EndsWith("Active: 5(0) 6(1)\n", _balancer.Nfqlb("show", "--shm=lb-1").MustSucceed().Stdout);
    }

    [KernelTheory]
    [InlineData("2", 2)]
    [InlineData("0:7", 2)]
    public void A_queue_that_is_taken_is_named_with_its_owner(string wanted, int taken)
    {
        BackgroundProcess owner = _balancer.StartFlowlb($"{taken}");
        // Its own socket, so that the queue is the only thing in the way.
        CommandResult second = _balancer.Host.Run("env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb,
            "flowlb", $"--queue={wanted}");

        Assert.NotEqual(0, second.ExitCode);
        Assert.False(second.EndedBySignal, $"{second}");
        string line = Assert.Single(second.Stderr.TrimEnd('\n').Split('\n'));
        Assert.Contains($"queue {taken}", line);
        Assert.Contains($"{OwnProcessId(owner)}", line);
        Assert.Equal([taken], Balancer.BoundQueues(owner));
    }

    [KernelFact]
    public void Without_the_right_to_use_queues_it_says_so()
    {
        CommandResult result = _balancer.Host.Run("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin",
            Executables.Nfqlb, "flowlb", "--queue=0:3");

        Assert.False(result.EndedBySignal, $"{result}");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("queue", Assert.Single(result.Stderr.TrimEnd('\n').Split('\n')));
    }

    [KernelFact]
    public void A_missing_tier_segment_is_named()
    {
        Complaint.Check(_balancer.Nfqlb("flowlb", "--queue=0:3", "--lbshm=nosuch"), "nosuch");
    }

    public void Dispose() => _sandbox.Dispose();

    // The last field of NSpid is the process id that the process itself and its neighbours see.
    private static int OwnProcessId(BackgroundProcess process) =>
        int.Parse(File.ReadAllLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("NSpid:"))
            .Split('\t')[^1]);
}
