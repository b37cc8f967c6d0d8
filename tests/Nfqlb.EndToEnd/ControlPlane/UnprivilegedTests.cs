using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Control commands of a user who may not: they say so, and are in nobody's way afterwards.</summary>
public sealed class UnprivilegedTests(ControlHost control) : IClassFixture<ControlHost>
{
    [KernelTheory]
    [InlineData("vip-set --vips=203.0.113.1")]
    [InlineData("vip-delete --vips=203.0.113.1")]
    [InlineData("apply -f FILE")]
    [InlineData("apply -f FILE --dry-run")]
    [InlineData("reset --all")]
    public void They_are_refused_and_leave_no_lock_behind(string command)
    {
        control.Begin();
        control.Host.Shell("rm -f /dev/shm/nfqlb-wanted*");
        string file = control.WriteFile("vips.yaml", "vips: [203.0.113.1]\n");
        KernelState before = control.State();

        CommandResult refused = control.Host.Run([
            "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--inh-caps=-all", Executables.Nfqlb,
            .. command.Replace("FILE", "/dev/stdin").Split(' '),
        ]);

        Assert.Equal(1, refused.ExitCode);
        Assert.DoesNotContain("nfqlb-wanted", control.Host.Shell("ls /dev/shm").Stdout);
        control.State().MustBe(before);
        Assert.Contains("+ element vip4 203.0.113.1/32", control.Nfqlb("apply", "-f", file).MustSucceed().Stdout);
    }

    [KernelFact]
    public void What_is_needed_is_named()
    {
        control.Begin();
        control.Host.Shell("rm -f /dev/shm/nfqlb-wanted*");
        CommandResult refused = control.Host.Run([
            "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", Executables.Nfqlb, "vip-set",
            "--vips=203.0.113.1",
        ]);
        Assert.EndsWith("Operation not permitted: CAP_NET_ADMIN is needed\n", refused.Stderr);
    }
}
