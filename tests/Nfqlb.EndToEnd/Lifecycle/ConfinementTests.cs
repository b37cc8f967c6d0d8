using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>flowlb as in a pod: another user, file capabilities, a read-only root, little memory.</summary>
[BesideOthers]
public sealed class ConfinementTests : IDisposable
{
    /// <summary>More than half of it are pages of the executable, which all processes of it share.</summary>
    private const int MostResidentKilobytes = 28_000;

    private const int MostOwnKilobytes = 12_500;

    // In the sandbox's own /dev/shm: nothing else stays writable, and it surely allows file capabilities.
    private const string Copy = "/dev/shm/bin/nfqlb";

    private const string Furnish = $"""
        mkdir /dev/shm/bin
        cp "$NFQLB" {Copy}
        setcap "$CAPABILITIES" {Copy}
        mount -o remount,bind,ro /
        """;

    private static readonly string[] AsNobody =
    [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-bpf", Copy,
    ];

    private readonly ITestOutputHelper _output;
    private readonly Sandbox _sandbox = new();
    private readonly NetworkNamespace _host;

    public ConfinementTests(ITestOutputHelper output)
    {
        _output = output;
        _host = _sandbox.First;
    }

    [KernelTheory]
    [InlineData("cap_net_admin=ep")]
    [InlineData("cap_net_admin,cap_ipc_lock,cap_ipc_owner=ep")] // as pods made for 1.2.0 have it
    [InlineData("cap_net_admin,cap_bpf=p")] // as the image has it, of which this process may have one
    public void Another_user_with_capabilities_on_a_read_only_root_does_the_whole_job(string capabilities)
    {
        _host.Shell($"NFQLB={Executables.Nfqlb}\nCAPABILITIES={capabilities}\n{Furnish}");
        Assert.NotEqual(0, _host.Run("touch", "/tmp/x").ExitCode);
        CommandResult Nfqlb(params string[] words) => _host.Run([.. AsNobody, .. words]);

        Nfqlb("init", "--shm=lb-1", "--M=997", "--N=10").MustSucceed();
        BackgroundProcess flowlb = Balancer.WaitUntilReady(
            _host.Start([.. AsNobody, "flowlb", "--promiscuous_ping", "--queue=0:3", "--qlength=1024"]), "0:3");
        Assert.Contains("Uid:\t65534\t65534", File.ReadAllText($"/proc/{flowlb.Id}/status"));
        Nfqlb("activate", "--shm=lb-1", "5").MustSucceed();
        Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        CommandResult ByRoot(string trusted) => _host.Run(
            "env", $"NFQLB_FLOW_USER={trusted}", Copy, "flow-set", "--name=by-root", "--target=lb-1", "--prio=1");
        Assert.NotEqual(0, ByRoot(trusted: "").ExitCode);
        ByRoot(trusted: "65534").MustSucceed();
        Assert.Equal("[\n  \"by-root\",\n  \"f\"\n]\n", Nfqlb("flow-list-names").MustSucceed().Stdout);

        CommandResult end = flowlb.Stop();
        Assert.Equal((0, ""), (end.ExitCode, end.Complaints));
    }

    [KernelFact]
    public void Idle_with_four_queues_it_takes_less_than_28_MB()
    {
        var balancer = new Balancer(_host);
        BackgroundProcess flowlb = balancer.StartFlowlb("0:3", "--qlength=1024");
        balancer.Nfqlb("flow-list").MustSucceed();

        int resident = ResidentMemory.OfKilobytes(flowlb);

        _output.WriteLine($"Resident: {resident} KB");
        Assert.InRange(resident, 1, MostResidentKilobytes);
        Assert.InRange(ResidentMemory.AnonymousOfKilobytes(flowlb), 1, MostOwnKilobytes);
    }

    public void Dispose() => _sandbox.Dispose();
}
