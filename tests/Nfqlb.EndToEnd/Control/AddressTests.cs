using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Control;

/// <summary>Where the control socket is, and who may use it.</summary>
[BesideOthers]
public sealed class AddressTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public AddressTests() => _balancer = new Balancer(_sandbox.First);

    [KernelTheory]
    [InlineData("unix:elsewhere")]
    [InlineData("tcp:127.0.0.1:7000")]
    [InlineData("tcp:[::1]:7000")]
    public void An_address_in_the_environment_holds_for_both_ends(string address)
    {
        string[] environment = ["env", $"NFQLB_FLOW_ADDRESS={address}"];
        _balancer.CreatePool("lb-1", 997, 10);
        BackgroundProcess flowlb = _balancer.Host.Start([.. environment, Executables.Nfqlb, "flowlb", "--queue=5"]);
        CommandResult Ask(params string[] words) => _balancer.Host.Run([.. environment, Executables.Nfqlb, .. words]);

        flowlb.WaitUntil(() => Ask("flow-list").ExitCode == 0, $"an answer at {address}");

        Ask("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        Assert.Equal("[\n  \"f\"\n]\n", Ask("flow-list-names").MustSucceed().Stdout);
        Complaint.Check(_balancer.Nfqlb("flow-list"), "nfqlb"); // nobody is at the usual address
        Assert.Equal(0, flowlb.Stop().ExitCode);
    }

    [KernelTheory]
    [InlineData("tcp:127.0.0.1:70000")]
    [InlineData("tcp:nohost:7000")]
    [InlineData("tcp:127.0.0.1")]
    [InlineData("udp:127.0.0.1:7000")]
    [InlineData("unix:")]
    public void A_bad_address_is_named_by_both_ends(string address)
    {
        string[] environment = ["env", $"NFQLB_FLOW_ADDRESS={address}"];

        Complaint.Check(_balancer.Host.Run([.. environment, Executables.Nfqlb, "flow-list"]), address);
        Complaint.Check(_balancer.Host.Run([.. environment, Executables.Nfqlb, "flowlb", "--queue=5"]), address);
    }

    [KernelFact]
    public void Without_a_flowlb_the_commands_say_so()
    {
        string[] commands = ["flow-list", "flow-list-names", "flow-delete --name=f", "flow-set --name=f --target=lb-1"];

        Assert.All(commands, command => Complaint.Check(_balancer.Nfqlb(command.Split(' '))));
    }

    [KernelFact]
    public void Another_user_may_look_but_not_change_the_flows()
    {
        _balancer.CreatePool("lb-1", 997, 10);
        _balancer.StartFlowlb("5");

        _balancer.Nfqlb("flow-set", "--name=f", "--target=lb-1").MustSucceed();
        CommandResult Other(params string[] words) => _balancer.Host.Run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Executables.Nfqlb, .. words]);

        Complaint.Check(Other("flow-set", "--name=g", "--target=lb-1"), "root");
        Complaint.Check(Other("flow-delete", "--name=f"), "root");
        Assert.Equal("[\n  \"f\"\n]\n", Other("flow-list-names").MustSucceed().Stdout);
    }

    [KernelFact]
    public void A_socket_that_is_taken_ends_the_second_flowlb_and_leaves_its_queue_free()
    {
        BackgroundProcess first = _balancer.StartFlowlb("5");

        CommandResult second = _balancer.Nfqlb("flowlb", "--queue=6");

        Assert.NotEqual(0, second.ExitCode);
        Assert.Equal(
            "Flow server bind: unix:nfqlb: Address already in use; where a balancer runs there, --takeover goes on "
                + "with what it does\n", second.Stderr);
        Assert.Equal([5], Balancer.BoundQueues(first));
    }

    public void Dispose() => _sandbox.Dispose();
}
