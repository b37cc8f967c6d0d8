using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Serve;

/// <summary>The system runs its balancer as a user of its own, and root has said so by /run/nfqlb.</summary>
[BesideOthers]
public sealed class AccountTests : IDisposable
{
    private const int Account = 10001;
    private const int Stranger = 20002;

    private static readonly string[] Memory = ["web", "nfqlb-wanted", "nfqlb-wanted.lock", "nfqlb-trace", "ftshm"];

    private readonly ServedHost _host = new();

    public AccountTests() => _host.Host.Shell($"mkdir /run/nfqlb; chown {Account} /run/nfqlb");

    public void Dispose() => _host.Dispose();

    [KernelFact]
    public void Roots_commands_and_that_user_s_balancer_share_what_either_makes_and_nobody_else_has_a_hand_in_it()
    {
        _host.Replace("lb.yaml", ServedHost.File(0, 1));
        _host.Host.Shell($"chmod -R a+rX {_host.PathOf("")}");
        // Before it has ever run.
        _host.Nfqlb("init", "--shm=early", "--M=100", "--N=4").MustSucceed();
        BackgroundProcess serve = _host.Host.Start(
            [
                "setpriv", $"--reuid={Account}", $"--regid={Account}", "--clear-groups",
                "--bounding-set=-all,+net_admin", "--inh-caps=-all,+net_admin", "--ambient-caps=+net_admin",
                .. _host.Words("lb.yaml"),
            ]).WaitForOutput(ServedHost.Started);

        _host.Nfqlb("activate", "--shm=early", "7").MustSucceed();
        Assert.Equal("OK\n", _host.Nfqlb("flow-set", "--name=by-root", "--target=early", "--prio=1").Stdout);
        _host.Nfqlb("target-set", "--shm=web", "--name=two", "--mark=150", "--via=10.1.0.150").MustSucceed();
        _host.Nfqlb("loglevel", "7").MustSucceed();
        Eventually.True(() => _host.Nfqlb("events").Stdout.Contains("+ target web/two"), "it to hear of the target");
        Assert.Contains("ok    process    answers at [unix:nfqlb]", _host.Nfqlb("status").Stdout);
        Assert.Equal([$"{Account}"], Owners(["early", .. Memory]));

        // A stranger's memory in the place of a pool, and a stranger's word.
        _host.Host.Shell($"cp /dev/shm/early /dev/shm/evil; chmod 600 /dev/shm/evil; chown {Stranger} /dev/shm/evil");
        Assert.Contains($"it belongs to user {Stranger}", _host.Nfqlb("activate", "--shm=evil", "8").Stderr);
        Assert.Contains(
            "FAIL: only root and the balancer's own user",
            _host.Host.Run(
                "setpriv", $"--reuid={Stranger}", "--clear-groups", "env", $"NFQLB_FLOW_USER={Account}",
                Executables.Nfqlb, "flow-delete", "--name=by-root").Stdout);

        _host.Nfqlb("flow-delete", "--name=by-root").MustSucceed();
        Assert.Equal(0, serve.Stop().ExitCode);
        _host.Nfqlb("delete", "--shm=early").MustSucceed();
        _host.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal([$"{Account}"], Owners(["nfqlb-trace"]));
        Assert.DoesNotContain("nfqlb-wanted", _host.Host.Shell("ls /dev/shm").Stdout);
    }

    private string[] Owners(string[] names) =>
        _host.Host.Shell($"cd /dev/shm; stat -c %u {string.Join(' ', names)} | sort -u").Stdout.TrimEnd().Split('\n');
}
