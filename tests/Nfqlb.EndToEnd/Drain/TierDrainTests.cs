using System.Text.Json;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Drain;

/// <summary>Three balancers behind a router, of which one hears of a change late: as many connections break as
/// `simulate` says, with a drain and without.</summary>
[BesideOthers]
public sealed class TierDrainTests(ITestOutputHelper output)
{
    private const int Lagging = 1, AskedPerSecond = 4_800;

    /// <summary>A hash of the fields themselves (FIB_MULTIPATH_HASH_FIELD_*), addresses, protocol and ports: by others
    /// the router takes the hash that a packet has from its socket, whatever the seed.</summary>
    private const int CustomHash = 3, FiveTuple = 0x37;

    /// <summary>Of drawing lots: what was foretold well lies outside once in 16,000 times.</summary>
    private const double Deviations = 4;

    private readonly List<BackgroundProcess> _balancers = [];
    private int _seed;

    [KernelFact]
    public void As_many_connections_break_as_was_foretold()
    {
        using var tier = new BalancerTier();
        DrainLoad.StartServers(tier.Targets);
        JsonElement said = Simulate(tier);
        tier.Spreader.Shell($"""
            echo {FiveTuple} > /proc/sys/net/ipv4/fib_multipath_hash_fields
            echo {CustomHash} > /proc/sys/net/ipv4/fib_multipath_hash_policy
            """);

        Start(tier, drainSeconds: 0);
        Check("at once", said, "broken_at_once", Broken(tier, () => Change(Knowing(tier))));
        Check("by a router that spreads anew", said, "broken_by_reshuffle", Broken(tier, () => SpreadAnew(tier)));
        Check("when the last one follows", said, "broken_later", Broken(tier, () => Change(tier.Balancers)));

        Start(tier, drainSeconds: 60);
        int old = Broken(tier, () =>
        {
            Change(Knowing(tier));
            SpreadAnew(tier);
        });
        Check("drain: by both", said, "broken_by_reshuffle_with_drain", old);
        int young = Broken(tier, () => SpreadAnew(tier));
        Check("drain: of those opened since", said, "new_broken_by_reshuffle_with_drain", young);
        Assert.Equal(0, Broken(tier, () => Change(tier.Balancers)));
    }

    private static int Connections => DrainLoad.OfTier;

    /// <summary>Near what was said of a million, as drawing lots goes: each connection breaks or not, with the same
    /// chance.</summary>
    private void Check(string what, JsonElement said, string name, int broken)
    {
        double share = said.GetProperty(name).GetDouble() / 1_000_000, expected = share * Connections;
        output.WriteLine($"{what}: {broken} of {Connections} connections broke, {expected:f0} were foretold");
        double span = Deviations * Math.Sqrt(expected * (1 - share));
        Assert.InRange(broken, expected - span, expected + span);
    }

    private static JsonElement Simulate(BalancerTier tier)
    {
        string text = tier.Balancers[0].Balancer.Nfqlb(
            "simulate", "--targets=a,b,c,d", "--M=997", $"--balancers={BalancerTier.BalancerCount}",
            $"--lagging={Lagging}", "--output=json", "weight=a:3").MustSucceed().Stdout;
        return JsonDocument.Parse(text).RootElement.GetProperty("steps")[1];
    }

    private void Start(BalancerTier tier, int drainSeconds)
    {
        _balancers.ForEach(flowlb => flowlb.Stop());
        _balancers.Clear();
        foreach (TierBalancer one in tier.Balancers)
        {
            one.Balancer.CreatePool(PoolOf(one), 997, 10, tier.Marks);
            one.Balancer.Nfqlb("activate", $"--shm={PoolOf(one)}", "--weight=1", $"{tier.Marks[0]}").MustSucceed();
            _balancers.Add(
                one.Balancer.StartFlowlb("0:3", RuleSet.LongQueues, $"--drain-seconds={drainSeconds}"));
            one.Balancer.Nfqlb("flow-set", "--name=all", $"--target={PoolOf(one)}").MustSucceed();
        }
    }

    private static IEnumerable<TierBalancer> Knowing(BalancerTier tier) => tier.Balancers.Skip(Lagging);

    private static void Change(IEnumerable<TierBalancer> balancers)
    {
        foreach (TierBalancer one in balancers)
        {
            one.Balancer.Nfqlb("activate", $"--shm={PoolOf(one)}", "--weight=3", "5001").MustSucceed();
        }
    }

    /// <summary>By another hash, as when the routes to balancers change.</summary>
    private void SpreadAnew(BalancerTier tier) =>
        tier.Spreader.Shell($"echo {++_seed} > /proc/sys/net/ipv4/fib_multipath_hash_seed");

    /// <summary>Connections that were open before something happened, and broke. Each was asked over at least once
    /// more: one of which nobody asked could not have broken. One that comes again from its port may find its own
    /// half-open end at the target, and hang instead of breaking; few do.</summary>
    private static int Broken(BalancerTier tier, Action happens)
    {
        BackgroundProcess asked = DrainLoad.Ask(
            tier.Client, Connections, AskedPerSecond, seconds: 120, ["--tell-rounds"]);
        asked.WaitForOutput("ready\n");
        happens();
        int begun = asked.Stdout.Split('\n').Count(line => line.StartsWith("round ", StringComparison.Ordinal)) + 1;
        asked.WaitForOutput($"round {begun + 1}\n");
        DrainLoad.Outcome outcome = DrainLoad.Outcome.Of(asked.Stop());
        Assert.InRange(outcome.Lost, 0, AskedPerSecond / 100);
        return outcome.Broken;
    }

    private static string PoolOf(TierBalancer balancer) => $"lb-{balancer.Mark}";
}
