using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Control;

/// <summary>A user without rights has taken the control socket's name while no balancer ran, and answers OK to all.
/// </summary>
[BesideOthers]
public sealed class ImpostorTests : IDisposable
{
    private const string Refusal =
        "Not asked. unix:nfqlb: it belongs to user 65534, not to root or the user of this command. "
        + "If the balancer runs as that user, set NFQLB_FLOW_USER=65534\n";

    private readonly Sandbox _sandbox = new();
    private readonly NetworkNamespace _host;
    private readonly BackgroundProcess _impostor;

    public ImpostorTests()
    {
        _host = _sandbox.First;
        _host.Shell("mkdir /run/nfqlb; chown 10001 /run/nfqlb"); // Root trusts this user, and so nobody else.
        _host.Shell("echo 'flows: [{name: f, target: lb-1}]\npools: [{name: lb-1, M: 997, N: 10}]' > /dev/shm/f.yaml");
        _impostor = _host.Start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
            "perl", "-MIO::Socket::UNIX", "-e", """
            $| = 1;
            $SIG{PIPE} = "IGNORE"; # a client that leaves at once
            my $socket = IO::Socket::UNIX->new(Local => "\0nfqlb", Listen => 16) or die;
            print "listens\n";
            while (my $client = $socket->accept) {
                print "heard $_" while $_ = <$client> and !/^eoc/;
                print $client "OK";
            }
            """).WaitForOutput("listens");
    }

    [KernelTheory]
    [InlineData("flow-set --name=f --target=lb-1")]
    [InlineData("flow-delete --name=f")]
    [InlineData("flow-list")]
    [InlineData("counters")]
    [InlineData("apply -f /dev/shm/f.yaml")]
    [InlineData("apply -f /dev/shm/f.yaml --dry-run")]
    [InlineData("capture --count=1")]
    [InlineData("top --count=1")]
    public void Is_told_nothing_and_believed_nothing(string command)
    {
        CommandResult end = _host.Run([Executables.Nfqlb, .. command.Split(' ')]);

        Assert.Equal((1, "", Refusal), (end.ExitCode, end.Stdout, end.Stderr));
        Assert.Equal("listens\n", _impostor.Stdout);
    }

    [KernelFact]
    public void Is_named_by_status()
    {
        CommandResult status = _host.Run(Executables.Nfqlb, "status");

        Assert.Equal(3, status.ExitCode);
        Assert.Contains($"bad   process    not checked: {Refusal}", status.Stdout);
        Assert.Equal("listens\n", _impostor.Stdout);
    }

    [KernelFact]
    public void Is_asked_by_its_own_user_and_by_one_who_names_it()
    {
        CommandResult FlowSet(params string[] prefix) =>
            _host.Run([.. prefix, Executables.Nfqlb, "flow-set", "--name=f", "--target=lb-1"]);

        Assert.Equal("OK\n", FlowSet("setpriv", "--reuid=65534", "--clear-groups").MustSucceed().Stdout);
        Assert.Equal("OK\n", FlowSet("env", "NFQLB_FLOW_USER=65534").MustSucceed().Stdout);
        Complaint.Check(FlowSet("env", "NFQLB_FLOW_USER=1000"), "user 65534");
        foreach (string bad in new[] { "nobody", "-1", " 65534", "4294967296" })
        {
            Complaint.Check(FlowSet("env", $"NFQLB_FLOW_USER={bad}"), $"NFQLB_FLOW_USER [{bad}]", "number of a user");
        }
    }

    [KernelFact]
    public void Hands_over_to_its_own_user_and_to_one_who_names_it()
    {
        CommandResult TakeOver(params string[] prefix) =>
            _host.Run([.. prefix, Executables.Nfqlb, "flowlb", "--queue=7", "--takeover"]);

        Complaint.Check(TakeOver(), "--takeover: unix:nfqlb: it belongs to user 65534", "NFQLB_FLOW_USER=65534");
        Assert.Equal("listens\n", _impostor.Stdout);
        Complaint.Check(
            TakeOver("env", "NFQLB_FLOW_USER=65534"), "--takeover: the balancer that runs does not hand over");
        Assert.Contains("heard action:takeover\n", _impostor.Stdout);
    }

    public void Dispose() => _sandbox.Dispose();
}
