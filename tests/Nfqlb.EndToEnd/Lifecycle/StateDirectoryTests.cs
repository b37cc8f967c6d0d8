using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>A directory of flows that another user had a hand in is refused; one of our own nobody else can lock.
/// </summary>
[BesideOthers]
public sealed class StateDirectoryTests : IDisposable
{
    private const string Stranger = "65534";

    private readonly Sandbox _sandbox = new();
    private readonly NetworkNamespace _host;
    private readonly Balancer _balancer;

    public StateDirectoryTests()
    {
        _host = _sandbox.First;
        _balancer = new Balancer(_host);
        _balancer.CreatePool("lb-1", 101, 4);
    }

    [KernelTheory]
    [InlineData("mkdir state; ln -s /dev/shm/victim state/flows.new", $"it belongs to user {Stranger}")]
    [InlineData("ln -s /dev/shm/victims state", $"a symbolic link of user {Stranger}")]
    public void A_directory_of_a_stranger_is_refused_and_nothing_is_written(string script, string reason)
    {
        _host.Shell("echo precious > /dev/shm/victim; mkdir /dev/shm/victims");
        AsStranger("sh", "-euc", $"cd /dev/shm; {script}").MustSucceed();

        CommandResult refused = _balancer.Nfqlb("flowlb", "--queue=0", "--state=/dev/shm/state");

        Complaint.Check(refused, "--state", "[/dev/shm/state]", reason);
        Assert.Equal("precious\n", _host.Shell("cat /dev/shm/victim; ls /dev/shm/victims").Stdout);
    }

    [KernelTheory]
    [InlineData("770")]
    [InlineData("757")]
    public void A_directory_that_others_may_write_is_refused(string mode)
    {
        _host.Shell($"mkdir /dev/shm/state; chmod {mode} /dev/shm/state");

        Complaint.Check(
            _balancer.Nfqlb("flowlb", "--queue=0", "--state=/dev/shm/state"),
            "[/dev/shm/state]", $"others may write it (mode {mode})");
    }

    /// <summary>As systemd makes it unless told otherwise, and with a lock as nfqlb 2.0.0 made it.</summary>
    [KernelFact]
    public void In_a_directory_that_others_may_read_they_cannot_take_the_lock()
    {
        _host.Shell("mkdir -m 755 /dev/shm/state; umask 022; : > /dev/shm/state/lock");
        BackgroundProcess flowlb = _balancer.StartFlowlb("0", "--state=/dev/shm/state");
        _balancer.Nfqlb("flow-set", "--name=a", "--target=lb-1").MustSucceed();

        CommandResult stranger = AsStranger("flock", "--nonblock", "/dev/shm/state/lock", "true");

        Assert.Contains("Permission denied", stranger.Stderr);
        Assert.Equal("600 flows\n600 lock\n", _host.Shell("cd /dev/shm/state; stat -c '%a %n' *").Stdout);
        CommandResult second = _host.Run("env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb, "flowlb",
            "--queue=1", "--ft_shm=second", "--state=/dev/shm/state");
        Complaint.Check(second, "another balancer uses it: process ", "(nfqlb) of user 0");
        Assert.False(flowlb.HasEnded);
    }

    [KernelFact]
    public void A_user_with_the_right_to_queues_keeps_flows_in_a_directory_of_his_own()
    {
        _host.Shell($"mkdir /dev/shm/bin; cp {Executables.Nfqlb} /dev/shm/bin/nfqlb; chmod 755 /dev/shm/bin/nfqlb; "
            + "setcap cap_net_admin+ep /dev/shm/bin/nfqlb");
        AsStranger("/dev/shm/bin/nfqlb", "init", "--shm=theirs").MustSucceed();
        for (int start = 0; start < 2; start++)
        {
            BackgroundProcess flowlb = Balancer.WaitUntilReady(
                _host.Start([.. Become, "/dev/shm/bin/nfqlb", "flowlb", "--queue=0", "--state=/dev/shm/own"]), "0");
            AsStranger("/dev/shm/bin/nfqlb", "flow-set", $"--name=f{start}", "--target=theirs").MustSucceed();
            CommandResult end = flowlb.Stop();
            Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
        }
        Assert.Equal("700 /dev/shm/own\n", _host.Shell("stat -c '%a %n' /dev/shm/own").Stdout);
        Complaint.Check(
            _balancer.Nfqlb("flowlb", "--queue=1", "--state=/dev/shm/own"), $"it belongs to user {Stranger}");
    }

    public void Dispose() => _sandbox.Dispose();

    private static string[] Become =>
        ["setpriv", $"--reuid={Stranger}", $"--regid={Stranger}", "--clear-groups", "--inh-caps=-all"];

    private CommandResult AsStranger(params string[] words) => _host.Run([.. Become, .. words]);
}
