using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Lifecycle;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>The units of the examples start a configured balancer.</summary>
public sealed class ServiceUnitTests
{
    [KernelFact]
    public void After_a_reboot_everything_is_back_and_a_reload_takes_the_file_anew()
    {
        using var host = new AppliedHost();
        host.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal(0, host.Flowlb.Stop().ExitCode);
        host.Shell("rm -f /dev/shm/nfqlb* /dev/shm/ftshm");

        BackgroundProcess flowlb = Balancer.WaitUntilReady(
            host.Balancer.Host.Start("sh", "-c", $"exec {Scripts("ExecStart")[0]}"), "0:3");
        host.Shell(Scripts("ExecStartPost")[0]);

        CommandResult status = host.Nfqlb("status");
        Assert.True(status.ExitCode == 0, $"{status}");
        Assert.Contains("ok    state", status.Stdout);

        File.AppendAllText(host.PathInSharedMemory("wanted.yaml"), "\nrules: flat\n");
        string main = host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim();
        foreach (string script in Scripts("ExecReload"))
        {
            host.Shell($"MAINPID={main}; ({script})");
        }

        Assert.Equal(main, host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim());
        Assert.Equal("Nothing to do\n", host.Nfqlb("apply", "--file=/dev/shm/wanted.yaml").MustSucceed().Stdout);
        Assert.DoesNotContain("goto", host.Balancer.Host.Shell("ip rule").Stdout);
        Assert.Equal(0, flowlb.Stop().ExitCode);
    }

    /// <summary>Without a command of apply; a reload is a SIGHUP, or a takeover by another executable.</summary>
    [KernelFact]
    public void One_process_does_the_same()
    {
        using var host = new AppliedHost();
        host.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal(0, host.Flowlb.Stop().ExitCode);
        host.Shell("rm -f /dev/shm/nfqlb* /dev/shm/ftshm");
        string[] Scripts(string key, string nfqlb) => ServiceUnit.Scripts(key, nfqlb, "nfqlb-serve.service");

        BackgroundProcess serve = host.Balancer.Host
            .Start("sh", "-c", $"exec {Scripts("ExecStart", Executables.Nfqlb)[0]}").WaitForOutput("notice started");
        Assert.Equal(0, host.Nfqlb("status").ExitCode);

        string main = host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim();
        host.Shell("ip rule flush protocol 78");
        host.Nfqlb("target-delete", "--shm=web", "--name=blue").MustSucceed();
        host.Shell($"MAINPID={main}; ({Scripts("ExecReload", Executables.Nfqlb)[0]})");
        Eventually.True(() => host.Nfqlb("status").ExitCode == 0, "all as the file asks for");
        Assert.Contains("blue", host.Nfqlb("target-list").Stdout);
        Assert.Equal(main, host.Balancer.Host.Shell("pgrep -x nfqlb").Stdout.Trim());
        Assert.Equal(0, serve.Stop().ExitCode);
    }

    private static string[] Scripts(string key) => ServiceUnit.Scripts(key, Executables.Nfqlb);
}
