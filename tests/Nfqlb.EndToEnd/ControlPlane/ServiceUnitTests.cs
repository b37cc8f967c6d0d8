using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Lifecycle;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>The unit keeps a host as its file asks for.</summary>
[BesideOthers]
public sealed class ServiceUnitTests
{
    /// <summary>A reload is a SIGHUP, or a takeover by another executable.</summary>
    [KernelFact]
    public void After_a_reboot_everything_is_back_and_a_reload_takes_the_file_anew()
    {
        using var host = new AppliedHost();
        host.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal(0, host.Flowlb.Stop().ExitCode);
        host.Shell("rm -f /dev/shm/nfqlb* /dev/shm/ftshm");

        BackgroundProcess serve = host.Balancer.Host
            .Start("sh", "-c", $"exec {Scripts("ExecStart")[0]}").WaitForOutput("notice started");
        Assert.Equal(0, host.Nfqlb("status").ExitCode);

        string main = host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim();
        host.Shell("ip rule flush protocol 78");
        host.Nfqlb("target-delete", "--shm=web", "--name=blue").MustSucceed();
        host.Shell($"MAINPID={main}; ({Scripts("ExecReload")[0]})");
        Eventually.True(() => host.Nfqlb("status").ExitCode == 0, "all as the file asks for");
        Assert.Contains("blue", host.Nfqlb("target-list").Stdout);
        Assert.Equal(main, host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim());
        Assert.Equal(0, serve.Stop().ExitCode);
    }

    private static string[] Scripts(string key) => ServiceUnit.Scripts(key, Executables.Nfqlb, "nfqlb.service");
}
