using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Lifecycle;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Packets;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>A testbed with two pools, a balancer that others follow now and then, and its unrest.</summary>
/// <remarks>It ends with the testbed.</remarks>
internal sealed class SoakHost
{
    private const int TargetCount = 4;
    private const string Tun = "tun-soak";

    // Two balancers have the device while one takes over from the other. Fragments have time on a busy machine.
    /// <summary>Without a drain, so that where a packet belongs is said by the tables alone.</summary>
    private static readonly string[] Options =
    [
        RuleSet.LongQueues, $"--tun={Tun}", "--ft_frag=400", "--ft_ttl=10000", "--state=/dev/shm/state",
        "--drain-seconds=0",
    ];

    private IReadOnlyList<PacketTuple>? _injected;
    private readonly DyingBalancer _dying;
    private long _started;

    public SoakHost(Random random)
    {
        Testbed = new Testbed(TargetCount);
        try
        {
            Testbed.Balancer.Host.Shell($"""
                ip tuntap add mode tun multi_queue name {Tun}
                echo 0 > /proc/sys/net/ipv4/conf/{Tun}/rp_filter
                ip link set {Tun} up
                """);
            Testbed.Balancer.CreatePool(Setting.Web, Setting.WebEntries, Setting.WebSlots, Testbed.Marks);
            Testbed.Balancer.CreatePool(Setting.Alt, Setting.AltEntries, Setting.AltSlots);
            for (int target = 0; target < TargetCount; target++)
            {
                Testbed.Balancer.Nfqlb(Unrest.SetTargetCommand(target)).MustSucceed();
            }
            Flowlb = Testbed.Balancer.StartFlowlb("0:3", Options);
            Testbed.Balancer.Nfqlb(Setting.Rest.SetCommand).MustSucceed();
            _dying = new DyingBalancer(Testbed.Balancer.Host);
        }
        catch
        {
            Testbed.Dispose();
            throw;
        }
        _started = Stopwatch.GetTimestamp();
        Unrest = new Unrest(Testbed, random, FirstSetting());
    }

    public Testbed Testbed { get; }

    public Unrest Unrest { get; }

    /// <summary>The balancer that runs now.</summary>
    public BackgroundProcess Flowlb { get; private set; }

    /// <summary>How many balancers have gone.</summary>
    public int Takeovers { get; private set; }

    /// <summary>How many were killed when they had packets in their hands.</summary>
    public int KilledTakeovers { get; private set; }

    /// <summary>How long the balancer that runs now has done so.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>The flows of injected packets, by their indexes.</summary>
    public IReadOnlyList<PacketTuple> Injected(Injection injection) =>
        _injected ??= injection.ListFlows(Testbed.Client);

    /// <summary>Another balancer goes on.</summary>
    public void TakeOver()
    {
        BackgroundProcess next = Testbed.Balancer.Host.Start(
            [Executables.Nfqlb, "flowlb", "--queue=0:3", .. Options, "--takeover"]);
        CommandResult end = Flowlb.WaitForEnd(TimeSpan.FromSeconds(20));
        Assert.True(end.ExitCode == 0, $"{end}\n{next.Stderr}");
        (Flowlb, _started) = (next, Stopwatch.GetTimestamp());
        Takeovers++;
    }

    /// <summary>Another balancer is killed on its way, and this one goes on.</summary>
    public void TakeOverInVain()
    {
        _dying.TakeOver(Options);
        Assert.False(Flowlb.HasEnded);
        KilledTakeovers++;
    }

    private Setting FirstSetting()
    {
        int?[] web = new int?[Setting.WebSlots], alt = new int?[Setting.AltSlots];
        for (int target = 0; target < TargetCount; target++)
        {
            (web[target], alt[target]) = (Testbed.Marks[target], Setting.AltMark(target));
        }
        var pools = new Dictionary<string, IReadOnlyList<int?>> { [Setting.Web] = web, [Setting.Alt] = alt };
        return new Setting(new Dictionary<string, FlowModel>(), pools);
    }
}
