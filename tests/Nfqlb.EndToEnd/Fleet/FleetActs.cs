using System.Diagnostics;
using System.Globalization;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>What may happen to a fleet, each under load, and what may be lost by it.</summary>
/// <param name="fleet">To whom.</param>
/// <param name="record">Is told what came of it.</param>
internal sealed class FleetActs(FleetNetwork fleet, FleetRecord record)
{
    /// <summary>A dead target is out an interval times `fall` later; a second more is promised.</summary>
    private static readonly TimeSpan Detection = FleetBalancer.Interval * FleetBalancer.Fall + TimeSpan.FromSeconds(1);

    /// <summary>Others change something here: put back within a second, and this machine may be busy.</summary>
    private static readonly TimeSpan Mended = TimeSpan.FromSeconds(2);

    /// <summary>What is in queues and on links goes with a balancer that is killed.</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromMilliseconds(100);

    private long _changed;

    private FleetBalancer this[int balancer] => fleet.Balancers[balancer];

    /// <summary>Without a withdrawal; the kernel takes the announcement with the process.</summary>
    public void Kill(int balancer)
    {
        Settle();
        FleetLoad load = FleetLoad.Start(fleet.Client);
        long start = Stopwatch.GetTimestamp();
        this[balancer].Serve.Signal(PosixSignalNumber.Kill);
        fleet.WaitForWays(FleetNetwork.BalancerCount - 1);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        this[balancer].Serve.WaitForEnd();
        FleetOutcome outcome = End(load);
        record.Add("a balancer is killed (-9)", $"until the router knows {Words(took)}", outcome);
        Assert.Equal((0, 0), (outcome.LostOverTcp, outcome.Broken));
        Assert.InRange(outcome.LostDatagrams, 0, FleetLoad.DatagramsPerSecond * (took + UnderWay).TotalSeconds);
    }

    public void Stop(int balancer) => Gentle("a balancer ends (SIGTERM)", () =>
    {
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(0, this[balancer].Serve.Stop().ExitCode);
        string took = $"until it has ended {Since(start)}";
        fleet.WaitForWays(FleetNetwork.BalancerCount - 1);
        return took;
    });

    public void StartAgain(int balancer) => Gentle("it starts again", () =>
    {
        long start = Stopwatch.GetTimestamp();
        this[balancer].Start();
        fleet.WaitForWays(FleetNetwork.BalancerCount);
        return $"until it has its share {Since(start)}";
    });

    public void TakeOver(int balancer) => Gentle("another executable takes over", () =>
    {
        long start = Stopwatch.GetTimestamp();
        TakeOver(this[balancer]);
        return $"until the old one has ended {Since(start)}";
    });

    /// <summary>On each, one after the other.</summary>
    public void Roll() => Gentle("another executable takes over on each balancer", () =>
    {
        long start = Stopwatch.GetTimestamp();
        foreach (FleetBalancer balancer in fleet.Balancers)
        {
            TakeOver(balancer);
            Thread.Sleep(TimeSpan.FromSeconds(0.5));
        }
        return $"all three {Since(start)}";
    });

    public void RestartBird(int balancer) => Gentle("BIRD of a balancer restarts", () =>
    {
        this[balancer].StopBird();
        fleet.WaitForWays(FleetNetwork.BalancerCount - 1);
        long start = Stopwatch.GetTimestamp();
        this[balancer].StartBird();
        fleet.WaitForWays(FleetNetwork.BalancerCount);
        return $"from its start until the router knows {Since(start)}";
    });

    /// <summary>On one balancer after the other.</summary>
    public void Weigh(TimeSpan pause, int[] weights) => Gentle(
        "weights change" + (pause == TimeSpan.Zero ? "" : $", {pause.TotalSeconds:0.#} s between balancers"), () =>
    {
        long[] before = [.. fleet.Balancers.Select(balancer => balancer.Changes)];
        long start = Stopwatch.GetTimestamp();
        foreach (FleetBalancer balancer in fleet.Balancers)
        {
            balancer.Ask(weights);
            Thread.Sleep(pause);
        }
        _changed = Stopwatch.GetTimestamp();
        Eventually.True(
            () => fleet.Balancers.Zip(before).All(pair => pair.First.Changes > pair.Second), "the file in force",
            FleetNetwork.Convergence);
        return $"until they hold on all {Since(start)}";
    });

    /// <summary>The files of all become wrong, and right again: nothing changes.</summary>
    public void WriteNonsense() => Gentle("files become wrong", () =>
    {
        foreach (FleetBalancer balancer in fleet.Balancers)
        {
            balancer.Write("pools: [{name: fleet, N: no}]\n");
            Eventually.True(() => !balancer.IsFileRight, "the file found wrong", FleetNetwork.Convergence);
        }
        foreach (FleetBalancer balancer in fleet.Balancers)
        {
            balancer.Ask(balancer.Weights);
            Eventually.True(() => balancer.IsFileRight, "the file found right", FleetNetwork.Convergence);
        }
        return "";
    });

    /// <summary>Its kernel goes on taking connections.</summary>
    public void HangTarget(int target) => Die(
        fleet.Targets[target], "a target hangs", one => one.Server.Signal(PosixSignalNumber.Stop),
        one => one.Server.Signal(PosixSignalNumber.Continue));

    public void CutTarget(int target) => Die(
        fleet.Targets[target], "a target's link is cut",
        one => fleet.Router.Shell($"ip link set {one.Host.Name} down"),
        one => fleet.Router.Shell($"ip link set {one.Host.Name} up"));

    /// <summary>Marked packets go astray until they are back.</summary>
    public void DeleteRules(int balancer) => Disturb(
        this[balancer], "rules of a balancer are deleted by hand", """
            while ip -4 rule del protocol 78 2> /dev/null; do :; done
            while ip -6 rule del protocol 78 2> /dev/null; do :; done
            """);

    /// <summary>It cannot serve them, so that it announces none until it has been able to for a second.</summary>
    public void DeleteAddresses(int balancer) => Disturb(
        this[balancer], "the table of addresses of a balancer is deleted by hand", "nft delete table inet nfqlb");

    /// <summary>Connections find their targets on another balancer when no table drains any more.</summary>
    private void Settle()
    {
        TimeSpan left = FleetBalancer.Drain + TimeSpan.FromSeconds(1) - Stopwatch.GetElapsedTime(_changed);
        if (_changed != 0 && left > TimeSpan.Zero)
        {
            Thread.Sleep(left);
        }
    }

    /// <summary>FLEET_NEXT names the executable that takes over; else it is the same.</summary>
    private static void TakeOver(FleetBalancer balancer)
    {
        balancer.Executable = Environment.GetEnvironmentVariable("FLEET_NEXT") ?? balancer.Executable;
        balancer.TakeOver();
    }

    /// <summary>Nothing is lost, nothing breaks.</summary>
    private void Gentle(string what, Func<string> act)
    {
        Settle();
        FleetLoad load = FleetLoad.Start(fleet.Client);
        string took = act();
        FleetOutcome outcome = End(load);
        record.Add(what, took, outcome);
        Assert.Equal((what, 0, 0, 0), (what, outcome.LostOverTcp, outcome.LostDatagrams, outcome.Broken));
        Assert.Empty(outcome.Left);
        AssertAgreed();
    }

    /// <summary>It gets nothing once it is found dead. Of its own what is open is lost; of others nothing.</summary>
    private void Die(
        FleetTarget target, string what, Action<FleetTarget> die, Action<FleetTarget> recover)
    {
        FleetLoad load = FleetLoad.Start(fleet.Client);
        BackgroundProcess[] ways = TapsOf(target);
        DateTime died = DateTime.UtcNow;
        die(target);
        WaitForChecks(target, isGood: false);
        Thread.Sleep(TimeSpan.FromSeconds(1));
        TimeSpan took = ways.Max(LastOf) - died;
        Array.ForEach(ways, way => way.Stop());
        FleetOutcome outcome = End(load);
        record.Add(what, $"until it gets nothing {Words(took)}", outcome);
        Assert.InRange(took, TimeSpan.Zero, Detection);
        Assert.Equal(0, outcome.LostOverTcp);
        Assert.InRange(
            outcome.LostDatagrams, 0,
            FleetLoad.DatagramsPerSecond * Detection.TotalSeconds * 2 / FleetNetwork.TargetCount);
        Assert.All(outcome.Left, left => Assert.Equal(target.Host.Name, left));
        AssertAgreed();

        recover(target);
        WaitForChecks(target, isGood: true);
        AssertAgreed();
        _changed = Stopwatch.GetTimestamp();
    }

    /// <summary>Somebody changes what is ours on one balancer.</summary>
    private void Disturb(FleetBalancer balancer, string what, string script)
    {
        Settle();
        FleetLoad load = FleetLoad.Start(fleet.Client);
        long start = Stopwatch.GetTimestamp();
        balancer.Host.Shell(script);
        Eventually.True(() => balancer.IsAsAsked, "all is put back", Mended);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        fleet.WaitForWays(FleetNetwork.BalancerCount);
        FleetOutcome outcome = End(load);
        record.Add(what, $"until they are back {Words(took)}", outcome);
        Assert.Equal((0, 0), (outcome.LostOverTcp, outcome.Broken));
        Assert.InRange(outcome.LostDatagrams, 0, FleetLoad.DatagramsPerSecond * took.TotalSeconds);
    }

    private void WaitForChecks(FleetTarget target, bool isGood)
    {
        string sample = $$"""nfqlb_target_healthy{pool="fleet",target="{{target.Host.Name}}"}""";
        bool IsSeen()
        {
            Thread.Sleep(20);
            return fleet.Balancers.All(balancer => balancer.Metrics()[sample] == (isGood ? 1 : 0));
        }
        Eventually.True(IsSeen, $"{target.Host.Name} {(isGood ? "good" : "bad")} on all", FleetNetwork.Convergence);
    }

    /// <summary>Whatever way a packet takes to the balancers, it goes to the same target.</summary>
    private void AssertAgreed()
    {
        double[] Checksums() =>
        [
            .. fleet.Balancers.Where(balancer => !balancer.Serve.HasEnded).Select(balancer => balancer.TableChecksum)
                .Distinct(),
        ];
        Eventually.True(() => Checksums().Length == 1, "one checksum of tables on all", FleetNetwork.Convergence);
    }

    private static FleetOutcome End(FleetLoad load)
    {
        Thread.Sleep(TimeSpan.FromMilliseconds(500));
        return load.End();
    }

    /// <summary>What the balancers send to a target of what comes from the client.</summary>
    private BackgroundProcess[] TapsOf(FleetTarget target)
    {
        string station = target.Host.Shell("cat /sys/class/net/lan/address").Stdout.Trim();
        BackgroundProcess[] taps =
        [
            .. fleet.Balancers.Select(balancer => fleet.Router.Start(
                "tcpdump", "-i", balancer.LanPort, "-nn", "-tt", "-l", "--immediate-mode",
                $"ether dst {station} and {FleetNetwork.FromClient}")),
        ];
        Array.ForEach(taps, tap => tap.WaitForOutput("198.51.100.2", FleetNetwork.Convergence));
        return taps;
    }

    private static DateTime LastOf(BackgroundProcess tcpdump)
    {
        string[] lines = tcpdump.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double seconds = double.Parse(lines[^1].Split(' ')[0], CultureInfo.InvariantCulture);
        return DateTime.UnixEpoch.AddSeconds(seconds);
    }

    private static string Since(long start) => Words(Stopwatch.GetElapsedTime(start));

    private static string Words(TimeSpan time) => $"{time.TotalSeconds:0.00} s";
}
