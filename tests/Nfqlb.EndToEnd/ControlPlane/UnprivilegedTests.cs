using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>Control commands of a user who may not: they say so, and are in nobody's way afterwards.</summary>
[BesideOthers]
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
        Assert.Contains("+ vip 203.0.113.1/32", control.Nfqlb("apply", "-f", file).MustSucceed().Stdout);
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

    [KernelFact]
    public void CAP_NET_ADMIN_alone_is_enough()
    {
        control.Begin();
        control.Host.Shell($$"""
            rm -f /dev/shm/nfqlb-wanted*
            cat > /dev/shm/wanted.yaml <<'END'
            vips: [203.0.113.1, "2001:db8:99::1"]
            pools:
              - {name: web, M: 997, N: 10, targets: [{name: a, slot: 0, mark: 101, via: [{{ControlHost.Via4(1, 1)}}]}]}
            END
            """);
        KernelState before = control.State();
        var nobody = new Balancer(control.Host, Balancer.NobodyWithNetAdminAlone);

        string changes = nobody.Nfqlb("apply", "-f", "/dev/shm/wanted.yaml").MustSucceed().Stdout;
        Assert.All((string[])["vip 203.0.113.1", "lookup 101", "via 10.1.1.1", "pool web"],
            what => Assert.Contains(what, changes));
        Assert.Equal("Nothing to do\n", nobody.Nfqlb("apply", "-f", "/dev/shm/wanted.yaml").MustSucceed().Stdout);
        nobody.Nfqlb("target-set", "--shm=web", "--name=b", "--mark=102", $"--via={ControlHost.Via(2, 2)}")
            .MustSucceed();
        nobody.Nfqlb("reset", "--all").MustSucceed();
        control.Host.Shell("rm -f /dev/shm/nfqlb-wanted*"); // root trusts none that is another's
        control.State().Essence.MustBe(before.Essence);
    }
}
