using Nfqlb.EndToEnd.CommandLine;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>Where a balancer can be watched, and where not.</summary>
[BesideOthers]
public sealed class AddressTests : IDisposable
{
    private const string Unix = "--http=unix:/dev/shm/http";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public AddressTests() => _balancer = new Balancer(_sandbox.First);

    [KernelFact]
    public void What_is_no_address_or_is_taken_is_refused_and_nothing_is_disturbed()
    {
        BackgroundProcess owner = _balancer.StartFlowlb("7", "--http=127.0.0.1:9100", "--ft_shm=owner");
        _sandbox.First.Shell("echo mine > /dev/shm/file; mkfifo /dev/shm/fifo");

        foreach (string bad in (string[])
            [
                "", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "localhost:80", "::1:80", "unix:", "unix:name",
                $"unix:/{new string('x', 108)}", "tcp:127.0.0.1:80",
            ])
        {
            Refuse(bad, "must be ADDR:PORT");
        }
        Refuse("127.0.0.1:9100", "Address already in use");
        Refuse("192.0.2.1:9100", "Cannot assign requested address");
        Refuse("unix:/nosuch/http", "no such directory");
        Refuse("unix:/dev/shm/file", "Address already in use");
        Refuse("unix:/dev/shm/fifo", "Address already in use");

        Assert.Equal([7], Balancer.BoundQueues(owner));
        Assert.Equal("mine\n", _sandbox.First.Shell("cat /dev/shm/file").Stdout);
        Assert.Equal(0, owner.Stop().ExitCode);

        void Refuse(string address, string reason) => Complaint.Check(
            _balancer.Host.Run("env", "NFQLB_FLOW_ADDRESS=unix:other", Executables.Nfqlb, "flowlb", "--queue=7",
                $"--http={address}"),
            "--http", $"[{address}]", reason);
    }

    [KernelTheory]
    [InlineData("127.0.0.1:9100", "127.0.0.1", false)]
    [InlineData("[::1]:9100", "::1", false)]
    [InlineData("0.0.0.0:9100", "127.0.0.1", true)]
    public void Over_TCP_it_answers_and_warns_where_others_can_reach_it(string address, string host, bool isOpen)
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("7", $"--http={address}");

        Eventually.True(
            () => _sandbox.First.Run("bash", "-c", AskForReadiness(host)).ExitCode == 0, "ready", Patience);

        CommandResult end = flowlb.Stop();
        Assert.Equal(isOpen, end.Stderr.Contains("http is open to other machines, and asks nobody who he is"));
    }

    [KernelFact]
    public void The_file_goes_with_the_process_and_one_left_by_a_killed_one_is_in_nobodys_way()
    {
        BackgroundProcess killed = _balancer.StartFlowlb("7", Unix);
        killed.Signal(PosixSignalNumber.Kill);
        killed.WaitForEnd();
        Assert.True(File.Exists(_sandbox.PathInSharedMemory("http")));

        BackgroundProcess next = _balancer.StartFlowlb("7", Unix);
        HttpView.WaitUntilReady(_sandbox.PathInSharedMemory("http"));
        Assert.Equal(0, next.Stop().ExitCode);
        Assert.False(File.Exists(_sandbox.PathInSharedMemory("http")));
    }

    [KernelTheory]
    [InlineData("unix:/dev/shm/http")]
    [InlineData("127.0.0.1:9100")]
    public void One_that_takes_over_has_the_address_too(string address)
    {
        BackgroundProcess old = _balancer.StartFlowlb("7", $"--http={address}");
        BackgroundProcess next = _sandbox.First.Start(
            Executables.Nfqlb, "flowlb", "--queue=7", $"--http={address}", "--takeover");
        Assert.Equal(0, old.WaitForEnd(Patience).ExitCode);
        string ask = address.StartsWith("unix")
            ? "test -S /dev/shm/http"
            : AskForReadiness("127.0.0.1");
        next.WaitUntil(() => _sandbox.First.Run("bash", "-c", ask).ExitCode == 0, "answers", Patience);
        Assert.Equal(0, next.Stop().ExitCode);
    }

    private static string AskForReadiness(string host) =>
        $"exec 3<>/dev/tcp/{host}/9100; printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3; grep -q '200 OK' <&3";

    public void Dispose() => _sandbox.Dispose();
}
