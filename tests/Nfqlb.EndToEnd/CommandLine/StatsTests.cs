using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>The fragment statistics that a balancer shows, and whose they are.</summary>
[BesideOthers]
public sealed class StatsTests : IDisposable
{
    private static readonly string[] Keys =
    [
        "hsize", "ttlMillis", "collisions", "inserts", "rejected", "lookups", "objGC", "mtu", "bucketsMax",
        "bucketsAllocated", "bucketsUsed", "fragsMax", "fragsAllocated", "fragsDiscarded", "reAssembled",
    ];

    private readonly Sandbox _sandbox = new();
    private readonly Balancer _balancer;

    public StatsTests() => _balancer = new Balancer(_sandbox.First);

    [KernelFact]
    public void The_options_are_shown_under_the_keys_of_1_2_0()
    {
        _sandbox.First.Shell("ip tuntap add mode tun name t0; ip link set t0 up");
        Start("0", "--tun=t0", "--mtu=1400", "--ft_size=11", "--ft_buckets=0", "--ft_frag=12", "--ft_ttl=13");

        var stats = Stats();

        Assert.Equal(Keys, stats.Keys);
        Assert.Equal(
            (11, 13, 1400, 0, 12),
            (stats["hsize"], stats["ttlMillis"], stats["mtu"], stats["bucketsMax"], stats["fragsMax"]));
        Assert.All(Keys.Except(["hsize", "ttlMillis", "mtu", "fragsMax"]), key => Assert.Equal(0, stats[key]));
    }

    [KernelFact]
    public void Without_a_tun_device_no_fragment_is_stored()
    {
        Start("0", "--ft_frag=12");

        Assert.Equal(0, Stats()["fragsMax"]);
    }

    [KernelFact]
    public void Each_balancer_has_the_segment_it_names()
    {
        Start("0", "--ft_size=11");
        _balancer.CreatePool("lb-1", 997, 10, 5);
        BackgroundProcess lb = _balancer.Host.Start(
            Executables.Nfqlb, "lb", "--tshm=lb-1", "--queue=1", "--ft_shm=other", "--ft_size=22");
        lb.WaitUntil(() => _balancer.Nfqlb("stats", "--ft_shm=other").Stdout.Contains(" 22,"), "its statistics");

        Assert.Equal(11, Stats()["hsize"]);
        Assert.Equal(11, Stats("--ft_shm=ftshm")["hsize"]);
        Assert.Equal(22, Stats("--ft_shm=other")["hsize"]);
    }

    [KernelFact]
    public void A_balancer_that_cannot_start_takes_nothing_from_the_one_that_runs()
    {
        Start("0", "--ft_size=11");

        CommandResult second = _balancer.Host.Run("env", "NFQLB_FLOW_ADDRESS=unix:second", Executables.Nfqlb,
            "flowlb", "--queue=0", "--ft_size=22");

        Complaint.Check(second, "queue 0");
        Assert.Equal(11, Stats()["hsize"]);
    }

    [KernelFact]
    public void What_1_2_0_or_a_killed_balancer_left_is_replaced()
    {
        _sandbox.First.Shell("head -c 72 /dev/zero > /dev/shm/ftshm");
        BackgroundProcess killed = Start("0", "--ft_size=11");
        killed.Signal(PosixSignalNumber.Kill);
        killed.WaitForEnd();
        Assert.Equal(11, Stats()["hsize"]);

        Start("0", "--ft_size=22");

        Assert.Equal(22, Stats()["hsize"]);
    }

    [KernelFact]
    public void What_is_missing_or_no_statistics_is_named_and_refused()
    {
        _balancer.CreatePool("lb-1", 997, 10, 5);
        _sandbox.First.Shell("head -c 4096 /dev/urandom > /dev/shm/foreign; : > /dev/shm/empty");

        Refuse("stats", "--ft_shm", "[ftshm]");
        Refuse("stats --ft_shm=nosuch", "--ft_shm", "[nosuch]");
        Refuse("stats --ft_shm=lb-1", "--ft_shm", "[lb-1]");
        Refuse("stats --ft_shm=foreign", "--ft_shm", "[foreign]");
        Refuse("stats --ft_shm=empty", "--ft_shm", "[empty]");
        Refuse("stats surplus", "surplus");

        void Refuse(string command, params string[] names)
        {
            CommandResult result = _balancer.Nfqlb(command.Split(' '));
            Assert.Equal(1, result.ExitCode);
            Complaint.Check(result, names);
        }
    }

    public void Dispose() => _sandbox.Dispose();

    /// <summary>Waits for the first answer, which comes after the statistics are there.</summary>
    private BackgroundProcess Start(string queues, params IReadOnlyList<string> options)
    {
        BackgroundProcess flowlb = _balancer.StartFlowlb(queues, options);
        _balancer.Nfqlb("flow-list").MustSucceed();
        return flowlb;
    }

    private Dictionary<string, long> Stats(params IReadOnlyList<string> options)
    {
        string text = _balancer.Nfqlb(["stats", .. options]).MustSucceed().Stdout;
        return JsonDocument.Parse(text).RootElement.EnumerateObject()
            .ToDictionary(property => property.Name, property => property.Value.GetInt64());
    }
}
