using System.Globalization;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>What the options of flowlb and lb name has to be there: else one line, and nothing was taken.</summary>
[BesideOthers]
public sealed class BalancerStartTests : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public BalancerStartTests()
    {
        _balancer = new Balancer(_sandbox.First);
        _balancer.CreatePool("lb-1", 997, 10, 5);
    }

    public static TheoryData<string> Commands => ["flowlb", "lb --tshm=lb-1"];

    [KernelTheory]
    [MemberData(nameof(Commands))]
    public void A_tun_device_that_cannot_be_used_is_named(string command)
    {
        _sandbox.First.Shell("""
            ip tuntap add mode tap name tap0
            ip link add veth0 type veth peer name veth1
            ip tuntap add mode tun name small
            ip link set small mtu 1400
            ip tuntap add mode tun name busy
            """);
        BackgroundProcess owner = _balancer.StartFlowlb("7", "--tun=busy", "--mtu=1500", "--ft_shm=owner");
        // It answers when it has made all it makes.
        _balancer.Nfqlb("flow-list").MustSucceed();

        Refuse("--tun=nosuch", "--tun", "[nosuch]", "no such device");
        Refuse("--tun=t%d", "--tun", "[t%d]", "no such device");
        Refuse("--tun=", "--tun", "[]");
        Refuse("--tun=a/b", "--tun", "[a/b]");
        Refuse("--tun=longer-than-15by", "--tun", "[longer-than-15by]");
        Refuse("--tun=lo", "--tun", "[lo]", "not a tun device");
        Refuse("--tun=veth0", "--tun", "[veth0]", "not a tun device");
        Refuse("--tun=tap0", "--tun", "[tap0]", "not a tun device");
        Refuse("--tun=small", "--tun", "[small]", "1400", "--mtu");
        Refuse("--tun=busy", "--tun", "[busy]", "another process");

        Assert.DoesNotContain("nosuch", _sandbox.First.Run("ip", "link").Stdout);
        Assert.False(owner.HasEnded);

        void Refuse(string option, params string[] names) => CheckRefusal(command, option, names);
    }

    [KernelTheory]
    [MemberData(nameof(Commands))]
    public void A_tun_device_of_another_user_is_not_for_those_without_the_right(string command)
    {
        _sandbox.First.Shell("ip tuntap add mode tun name theirs user 65534");

        CommandResult result = _balancer.Host.Run(["env", "NFQLB_FLOW_ADDRESS=unix:second", "setpriv",
            "--bounding-set=-net_admin", "--inh-caps=-net_admin", Executables.Nfqlb, .. command.Split(' '),
            "--tun=theirs"]);

        Complaint.Check(result, "--tun", "[theirs]", "CAP_NET_ADMIN");
    }

    [KernelTheory]
    [MemberData(nameof(Commands))]
    public void A_segment_that_cannot_be_used_is_named(string command)
    {
        _sandbox.First.Shell("head -c 4096 /dev/urandom > /dev/shm/foreign; mkdir /dev/shm/folder");

        CheckRefusal(command, "--lbshm=nosuch", "--lbshm", "[nosuch]", "no such pool");
        CheckRefusal(command, "--lbshm=foreign", "--lbshm", "[foreign]", "not a pool");
        CheckRefusal(command, "--ft_shm=lb-1", "--ft_shm", "[lb-1]");
        CheckRefusal(command, "--ft_shm=foreign", "--ft_shm", "[foreign]");
        CheckRefusal(command, "--ft_shm=folder", "--ft_shm", "[folder]");
    }

    [KernelFact]
    public void The_pool_of_lb_has_to_be_there()
    {
        CheckRefusal("lb", "--queue=3", "--tshm", "[nfqlb]", "no such pool");
        CheckRefusal("lb", "--tshm=nosuch", "--tshm", "[nosuch]", "no such pool");
        _sandbox.First.Shell("head -c 4096 /dev/urandom > /dev/shm/foreign");
        CheckRefusal("lb", "--tshm=foreign", "--tshm", "[foreign]", "not a pool");
    }

    [KernelFact]
    public void Lb_needs_no_control_socket_and_runs_beside_flowlb()
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb("0:1");

        BackgroundProcess lb = StartLb("2:3", "--tshm=lb-1", "--sctp_encap=9899", "--ft_shm=second");

        Assert.Equal([0, 1, 2, 3], Balancer.BoundQueues(lb));
        Assert.Equal("[]\n", _balancer.Nfqlb("flow-list-names").MustSucceed().Stdout);
        Assert.Equal((0, "", ""), Ending(lb));
        Assert.Equal((0, "", ""), Ending(flowlb));
    }

    [KernelTheory]
    [InlineData("lb-1")]
    [InlineData("tier")]
    public void Lb_follows_pools_that_are_replaced(string followed)
    {
        _balancer.CreatePool("tier", 997, 10, 5);
        BackgroundProcess lb = StartLb("2", "--tshm=lb-1", "--lbshm=tier");
        Assert.Contains(Inode(followed), Mappings(lb));

        _balancer.CreatePool(followed, 101, 4, 7);

        lb.WaitUntil(() => Mappings(lb).Contains(Inode(followed)), "the new segment mapped");
    }

    [KernelFact]
    public void A_tun_device_that_is_down_is_told_and_used()
    {
        _sandbox.First.Shell("ip tuntap add mode tun name t0");

        var (exit, output, complaint) = Ending(_balancer.StartFlowlb("0:3", "--tun=t0"));

        Assert.Equal((0, ""), (exit, output));
        Assert.EndsWith(
            "tun device is down: until it is up, stored fragments are lost tun=t0",
            Assert.Single(complaint.TrimEnd('\n').Split('\n')));
    }

    [KernelFact]
    public void A_tun_device_that_is_up_is_used_without_a_word()
    {
        _sandbox.First.Shell("ip tuntap add mode tun name t0; ip link set t0 up");

        Assert.Equal((0, "", ""), Ending(_balancer.StartFlowlb("0:1", "--tun=t0")));

        _sandbox.First.Shell("ip tuntap add mode tun name t1 multi_queue; ip link set t1 up");
        BackgroundProcess first = _balancer.StartFlowlb("0:1", "--tun=t1");
        BackgroundProcess second = StartLb("2:3", "--tshm=lb-1", "--tun=t1", "--ft_shm=second");
        Assert.Equal((0, "", ""), Ending(second));
        Assert.Equal((0, "", ""), Ending(first));
    }

    [KernelFact]
    public void Every_option_is_used_without_a_word()
    {
        _sandbox.First.Shell("ip tuntap add mode tun name t0; ip link set t0 up");

        BackgroundProcess flowlb = _balancer.StartFlowlb("0:1", "--tun=t0", "--lbshm=lb-1", "--reassembler=500",
            "--ft_shm=f", "--ft_size=9", "--ft_buckets=8", "--ft_frag=7", "--ft_ttl=6", "--mtu=1400",
            "--trace_address=unix:x");

        Assert.Equal((0, "", ""), Ending(flowlb));
    }

    public void Dispose() => _sandbox.Dispose();

    private static (int, string, string) Ending(BackgroundProcess process)
    {
        CommandResult end = process.Stop();
        return (end.ExitCode, end.Stdout, end.Complaints);
    }

    private BackgroundProcess StartLb(string queues, params IReadOnlyList<string> options)
    {
        BackgroundProcess lb = _balancer.Host.Start([Executables.Nfqlb, "lb", $"--queue={queues}", .. options]);
        int last = int.Parse(queues.Split(':')[^1], CultureInfo.InvariantCulture);
        // The statistics are the last thing it makes.
        string segment = options.SingleOrDefault(option => option.StartsWith("--ft_shm="))?.Split('=')[1] ?? "ftshm";
        return lb
            .WaitUntil(() => Balancer.BoundQueues(lb).Contains(last), $"queue {last} bound")
            .WaitUntil(() => File.Exists(_sandbox.PathInSharedMemory(segment)), "its statistics");
    }

    /// <summary>One line, and neither a queue nor a byte of shared memory has been taken.</summary>
    private void CheckRefusal(string command, string option, params string[] names)
    {
        string before = SharedMemory();
        CommandResult result = _balancer.Host.Run(["env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb,
            .. command.Split(' '), option, .. option.StartsWith("--queue") ? (string[])[] : ["--queue=20"]]);

        Complaint.Check(result, names);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, SharedMemory());
    }

    private string SharedMemory() =>
        _sandbox.First.Shell("cd /dev/shm; ls -A; find . -type f | sort | xargs -r md5sum").Stdout;

    private string Inode(string segment) =>
        _sandbox.First.Shell($"stat -c ' %i ' /dev/shm/{segment}").Stdout.TrimEnd('\n');

    private static string Mappings(BackgroundProcess process) => File.ReadAllText($"/proc/{process.Id}/maps");
}
