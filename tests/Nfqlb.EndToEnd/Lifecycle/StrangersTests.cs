using System.Diagnostics;
using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>Everybody may put files into /dev/shm: a user without rights stops nobody there, and is believed nothing.
/// </summary>
[BesideOthers]
public sealed class StrangersTests : IDisposable
{
    private const string Stranger = "65534";

    /// <summary>Above the limit of a wait for a lock, 5 s, on a busy machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly Sandbox _sandbox = new();
    private readonly NetworkNamespace _host;
    private readonly Balancer _balancer;

    public StrangersTests()
    {
        _host = _sandbox.First;
        _balancer = new Balancer(_host);
    }

    [KernelFact]
    public void Who_locks_the_statistics_first_is_named_and_no_queue_is_bound()
    {
        LockAsStranger("ftshm");
        BackgroundProcess flowlb = _host.Start(Executables.Nfqlb, "flowlb", "--queue=0");

        CommandResult end = flowlb.WaitForEnd(Bound);

        Complaint.Check(end, "--ft_shm", "[ftshm]", $"it belongs to user {Stranger}");
        Assert.Equal(1, end.ExitCode);
        _balancer.StartFlowlb("0", "--ft_shm=other"); // else it is free
    }

    [KernelFact]
    public void Who_locks_the_log_level_first_stops_no_packets_and_no_command()
    {
        LockAsStranger("nfqlb-trace");

        BackgroundProcess flowlb = _balancer.StartFlowlb("0");
        CommandResult refused = _balancer.Nfqlb("loglevel", "7");

        flowlb.WaitForOutput($"warning log level cannot be changed reason=\"it belongs to user {Stranger}\"");
        Complaint.Check(refused, "nfqlb-trace", $"it belongs to user {Stranger}");
        Complaint.Check(_balancer.Nfqlb("trace", "--mask=1"), "nfqlb-trace", $"it belongs to user {Stranger}");
    }

    [KernelTheory]
    [InlineData("init --shm=theirs --M=997 --N=10")]
    [InlineData("init --shm=theirs --M=101 --N=10")]
    [InlineData("activate --shm=theirs 5")]
    [InlineData("deactivate --shm=theirs 5")]
    [InlineData("delete --shm=theirs")]
    [InlineData("flow-set --name=f --target=theirs")]
    [InlineData("apply -f /dev/shm/theirs.yaml")]
    [InlineData("apply -f /dev/shm/theirs.yaml --dry-run")]
    public void A_strangers_pool_is_not_changed_nor_followed_and_its_lock_not_waited_for(string command)
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("0");
        AsStranger(Executables.Nfqlb, "init", "--shm=theirs", "--M=997", "--N=10").MustSucceed();
        LockAsStranger("theirs");
        _host.Shell("echo 'pools: [{name: theirs, M: 997, N: 10}]' > /dev/shm/theirs.yaml");
        string before = _host.Shell("cd /dev/shm; ls -A; md5sum theirs").Stdout;

        CommandResult refused = Within(Bound, [Executables.Nfqlb, .. command.Split(' ')]);

        Complaint.Check(refused, "theirs", $"it belongs to user {Stranger}");
        Assert.Equal(before, _host.Shell("cd /dev/shm; ls -A; md5sum theirs").Stdout);
        Assert.Contains("M=997", _balancer.Nfqlb("show", "--shm=theirs").MustSucceed().Stdout); // to look is free
        Assert.False(flowlb.HasEnded);
    }

    [KernelFact]
    public void A_pool_that_others_may_write_is_not_followed_nor_changed()
    {
        _balancer.StartFlowlb("0");
        _balancer.CreatePool("open", 997, 10);
        _host.Shell("chmod 666 /dev/shm/open");

        Complaint.Check(
            _balancer.Nfqlb("flow-set", "--name=f", "--target=open"), "open", "others may write it (mode 666)");
        Complaint.Check(_balancer.Nfqlb("activate", "--shm=open", "5"), "open", "others may write it (mode 666)");
        _host.Shell("chmod 644 /dev/shm/open");
        _balancer.Nfqlb("flow-set", "--name=f", "--target=open").MustSucceed();
    }

    [KernelFact]
    public void Who_locks_the_wanted_state_first_is_named_at_once()
    {
        LockAsStranger("nfqlb-wanted.lock");

        Complaint.Check(
            Within(Bound, [Executables.Nfqlb, "vip-set", "--vips=203.0.113.1"]),
            "/dev/shm/nfqlb-wanted.lock", $"it belongs to user {Stranger}");
    }

    [KernelTheory]
    [InlineData("mkfifo /dev/shm/ftshm", "not a regular file")]
    [InlineData("ln -s nothing /dev/shm/ftshm", "Too many levels of symbolic links")]
    [InlineData("ln -s /dev/shm/lb-1 /dev/shm/ftshm", "Too many levels of symbolic links")]
    public void What_a_stranger_puts_in_the_place_of_a_file_is_not_followed(string script, string reason)
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        AsStranger("sh", "-euc", script).MustSucceed();

        Complaint.Check(Within(Bound, [Executables.Nfqlb, "flowlb", "--queue=0"]), "ftshm", reason);
    }

    [KernelFact]
    public void A_lock_that_is_held_for_too_long_is_given_up_and_its_holder_named()
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        Lock("lb-1", []);
        long start = Stopwatch.GetTimestamp();

        CommandResult refused = Within(Bound, [Executables.Nfqlb, "activate", "--shm=lb-1", "6"]);

        Assert.Matches(
            @"^FAILED mapSharedData: lb-1: locked for more than 5 s by process \d+ \(\w+\) of user 0\n$",
            refused.Stderr);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(5), Bound);
    }

    /// <summary>Made, and not filled yet: whoever makes it holds the lock.</summary>
    [KernelFact]
    public void A_balancer_that_waits_for_a_lock_ends_when_it_is_told_to()
    {
        _host.Shell("umask 077; : > /dev/shm/nfqlb-trace");
        Lock("nfqlb-trace", []);
        BackgroundProcess flowlb = _host.Start(Executables.Nfqlb, "flowlb", "--queue=0");
        flowlb.WaitUntil(() => Locks().Contains("-> FLOCK"), "it waits");
        Assert.Empty(Balancer.BoundQueues(flowlb));
        long start = Stopwatch.GetTimestamp();

        CommandResult end = flowlb.Stop();

        Assert.Equal((0, ""), (end.ExitCode, end.Output));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [KernelFact]
    public void Names_that_nfqlb_has_for_itself_are_no_pools()
    {
        _balancer.StartFlowlb("0", "--ft_shm=figures");
        _balancer.Nfqlb("vip-set", "--vips=203.0.113.1").MustSucceed();
        _host.Run("env", "NFQLB_WANTED=other", Executables.Nfqlb, "vip-set", "--vips=203.0.113.1").MustSucceed();
        string before = _host.Shell("cd /dev/shm; ls -A; md5sum nfqlb-wanted other figures").Stdout;

        foreach (string name in new[]
        {
            "nfqlb-wanted", "nfqlb-wanted.lock", "nfqlb-wanted.next", "nfqlb-trace", "ftshm", ".nfqlb-init-x",
            "figures", "other",
        })
        {
            foreach (string command in new[] { "init", "activate", "deactivate", "delete" })
            {
                string[] mark = command.EndsWith("activate") ? ["5"] : [];
                Complaint.Check(_balancer.Nfqlb([command, $"--shm={name}", .. mark]), name);
            }
            Complaint.Check(_balancer.Nfqlb("flow-set", "--name=f", $"--target={name}"), name);
        }
        CommandResult refused = _host.Run(
            "env", "NFQLB_WANTED=other", Executables.Nfqlb, "init", "--shm=other.lock");
        Complaint.Check(refused, "--shm", "other.lock");

        Assert.Equal(before, _host.Shell("cd /dev/shm; ls -A; md5sum nfqlb-wanted other figures").Stdout);
    }

    public void Dispose() => _sandbox.Dispose();

    private CommandResult AsStranger(params string[] words) => _host.Run([.. Become(Stranger), .. words]);

    private static string[] Become(string user) =>
        ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--inh-caps=-all"];

    private void LockAsStranger(string name) => Lock(name, Become(Stranger));

    /// <summary>Makes the file, where there is none, and holds its lock.</summary>
    private void Lock(string name, string[] become) => _host
        .Start([.. become, "flock", "--no-fork", $"/dev/shm/{name}", "sh", "-c", "echo locked; exec sleep 1000"])
        .WaitForOutput("locked");

    private CommandResult Within(TimeSpan bound, string[] words) => _host.Start(words).WaitForEnd(bound);

    private string Locks() => _host.Shell("cat /proc/locks").Stdout;
}
