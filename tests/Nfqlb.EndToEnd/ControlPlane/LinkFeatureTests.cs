using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Serve;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>What links do is asked for by a file as all else, and put back when it is not any more.</summary>
[BesideOthers]
public sealed class LinkFeatureTests(ControlHost control) : IClassFixture<ControlHost>
{
    private const string NothingToDo = "Nothing to do\n", Gro = "rx-gro", Forwarding = "rx-udp-gro-forwarding";

    private const string Off = "rx-gro off, rx-udp-gro-forwarding off", On = "rx-gro on, rx-udp-gro-forwarding on";

    private const string File = """
        vips: [203.0.113.1]
        links:
          left: {rx-gro: true, rx-udp-gro-forwarding: true}
        """;

    [KernelFact]
    public void They_are_switched_exported_and_put_back()
    {
        control.Begin();
        CommandResult dry = control.Apply(File, "--dry-run").MustSucceed();
        Assert.Equal(Off, Of("left"));

        string applied = control.Apply(File).MustSucceed().Stdout;
        Assert.StartsWith("~ link left: rx-gro on\n~ link left: rx-udp-gro-forwarding on\n", applied);
        Assert.Equal(dry.Stdout.Replace("\nWould make ", "\nMade "), applied);
        Assert.EndsWith("\nMade 3 changes: 2 link features, 1 set of virtual addresses\n", applied);
        Assert.Equal((On, Off), (Of("left"), Of("right")));
        Assert.Equal(NothingToDo, control.Apply(File).MustSucceed().Stdout);

        string export = control.Nfqlb("export").MustSucceed().Stdout;
        Assert.EndsWith("links:\n  left:\n    rx-gro: true\n    rx-udp-gro-forwarding: true\n", export);
        Assert.Equal(NothingToDo, control.Apply(export).MustSucceed().Stdout);

        string other = "vips: [203.0.113.1]\nlinks: {right: {rx-gro: true}, left: {rx-gro: true}}";
        Assert.Equal(
            "~ link right: rx-gro on\n~ link left: rx-udp-gro-forwarding off\nMade 2 changes: 2 link features\n",
            control.Apply(other).MustSucceed().Stdout);
        control.Nfqlb("reset", "--all").MustSucceed();
        Assert.Equal((Off, Off), (Of("left"), Of("right")));
    }

    [KernelFact]
    public void What_others_switch_is_told_and_mended_and_is_theirs_when_it_is_not_asked_for_any_more()
    {
        control.Begin();
        LinkFeatures.Set(control.Host, "right", Gro, isOn: true);
        control.Apply(File + "\n  right: {rx-gro: false}").MustSucceed();

        LinkFeatures.Set(control.Host, "left", Forwarding, isOn: false);
        CommandResult status = control.Nfqlb("status");
        Assert.Equal(3, status.ExitCode);
        Assert.Contains("bad   missing    ~ link left: rx-udp-gro-forwarding on\n", status.Stdout);
        Assert.Contains("left:\n    rx-gro: true\n    rx-udp-gro-forwarding: false\n", control.Nfqlb("export").Stdout);
        control.Apply(File + "\n  right: {rx-gro: false}").MustSucceed();
        Assert.Equal((On, Off), (Of("left"), Of("right")));
        Assert.DoesNotContain("link left", control.Nfqlb("status").Stdout);

        // Back to what it was before; but one has been put back by hand already.
        LinkFeatures.Set(control.Host, "left", Gro, isOn: false);
        control.Apply("{}").MustSucceed();
        Assert.Equal((Off, "rx-gro on, rx-udp-gro-forwarding off"), (Of("left"), Of("right")));
        LinkFeatures.Set(control.Host, "right", Gro, isOn: false);
    }

    [KernelFact]
    public void A_link_that_is_not_there_is_refused_with_its_place_and_one_that_is_gone_is_not()
    {
        control.Begin();
        KernelState before = control.State();
        CommandResult refused = control.Apply(File + "\n  gone:\n    rx-gro: true\n");
        string path = control.WriteFile("wanted.yaml", "{}");
        Assert.Equal(
            (1, $"{path}:5: links[gone].rx-gro: there is no link [gone]\n"),
            (refused.ExitCode, refused.Stderr.Replace("nfqlb: ", "").Replace("apply: ", "")));
        control.State().MustBe(before);

        control.Host.Shell("ip link add gone type veth peer name gone-end");
        control.Apply("links: {gone: {rx-gro: true}}").MustSucceed();
        control.Host.Shell("ip link delete gone");
        CommandResult kept = control.Apply("links: {gone: {rx-gro: true}}").MustSucceed();
        Assert.Equal((NothingToDo, "Link [gone] is gone: rx-gro waits for it\n"), (kept.Stdout, kept.Stderr));
        Assert.Contains("warn  links      there is no link [gone]", control.Nfqlb("status").Stdout);
        CommandResult left = control.Apply("{}").MustSucceed();
        Assert.Equal((NothingToDo, "Link [gone] is gone: rx-gro is not put back\n"), (left.Stdout, left.Stderr));
    }

    /// <summary>A macvlan follows the link below it: the kernel takes the wish, and does nothing.</summary>
    [KernelFact]
    public void What_the_kernel_does_not_do_is_refused_and_all_is_as_before()
    {
        control.Begin();
        control.Host.Shell("ip link add link right name above type macvlan");
        KernelState before = control.State();

        CommandResult refused = control.Apply(File + "\n  above: {rx-gro: true}");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("rx-gro on of above: Operation not supported", refused.Stderr);
        control.State().MustBe(before);
        control.Host.Shell("ip link delete above");
    }

    [KernelFact]
    public void A_balancer_that_follows_a_file_keeps_them_so()
    {
        using var host = new ServedHost();
        void Is(string expected, string what) => Eventually.True(
            () => LinkFeatures.Of(host.Host, "lb") == expected,
            $"{what}: {LinkFeatures.Of(host.Host, "lb")}", ServedHost.Soon);
        WantedFile file = ServedHost.File(0), asking = file with
        {
            Links = "{lb: {rx-gro: true, rx-udp-gro-forwarding: true}}",
        };
        host.Replace("lb.yaml", asking);
        host.Start("lb.yaml", "--reset-on-exit");
        Assert.Equal(On, LinkFeatures.Of(host.Host, "lb"));

        LinkFeatures.Set(host.Host, "lb", Forwarding, isOn: false);
        Is(On, "put back");
        host.Process.WaitForOutput("~ link lb: rx-udp-gro-forwarding on");

        host.Replace("lb.yaml", file);
        Is(Off, "not asked for any more");
        host.Replace("lb.yaml", asking with { Links = "{lb: {rx-gro: true}, lb9: {rx-gro: true}}" });
        host.Process.WaitForOutput("links[lb9].rx-gro: there is no link [lb9]");
        Assert.Equal(Off, LinkFeatures.Of(host.Host, "lb"));
        Assert.Contains($"{host.PathOf("lb.yaml")}:", host.Nfqlb("status").Stdout);

        // It comes late, and is made anew.
        host.Host.Shell("ip link add lb9 type veth peer name lb9-end");
        Is("rx-gro on, rx-udp-gro-forwarding off", "the other one has come");
        host.Host.Shell("ip link delete lb9; sleep 0.5; ip link add lb9 type veth peer name lb9-end");
        Eventually.True(
            () => LinkFeatures.Of(host.Host, "lb9").StartsWith("rx-gro on"), "switched again", ServedHost.Soon);

        host.Host.Shell("ip link delete lb9");
        Assert.Contains("Link [lb9] is gone: rx-gro is not put back", host.Process.Stop().Stderr);
        Assert.Equal(Off, LinkFeatures.Of(host.Host, "lb"));
    }

    private string Of(string link) => LinkFeatures.Of(control.Host, link);
}
