using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Nfqlb.EndToEnd.Soak;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>Three balancers behind one router: whatever happens to one of them or to a target, nothing is lost that had
/// a live way, and no connection breaks whose target lives.</summary>
/// <remarks>`make fleet` has all of it happen, and `make soak SERVE=1` at random for as long as you like; a part is in
/// `make test`.</remarks>
[BesideOthers]
public sealed class FleetTests(ITestOutputHelper output)
{
    private static bool IsFull => Environment.GetEnvironmentVariable("FLEET") is { Length: > 0 };

    /// <summary>How long everything happens at random; null for not.</summary>
    private static TimeSpan? Soak => Environment.GetEnvironmentVariable("FLEET_SOAK") is { Length: > 0 } seconds
        ? TimeSpan.FromSeconds(int.Parse(seconds))
        : null;

    [KernelFact]
    public void Nothing_is_lost_that_had_a_live_way() => Undisturbed.Run(output, () =>
    {
        using var fleet = new FleetNetwork();
        var record = new FleetRecord();
        var acts = new FleetActs(fleet, record);
        try
        {
            if (Soak is { } duration)
            {
                SoakIt(fleet, acts, duration);
            }
            else
            {
                Run(acts);
            }
        }
        finally
        {
            record.Write(output);
        }
    });

    private static void Run(FleetActs acts)
    {
        acts.Kill(1);
        acts.StartAgain(1);
        acts.Stop(0);
        acts.StartAgain(0);
        acts.HangTarget(2);
        if (!IsFull)
        {
            acts.Weigh(TimeSpan.Zero, [3, 1, 1, 2, 1, 1]);
            return;
        }
        acts.CutTarget(4);
        acts.Weigh(TimeSpan.FromSeconds(1), [3, 1, 1, 2, 1, 1]);
        acts.Roll();
        acts.WriteNonsense();
        acts.RestartBird(2);
        acts.DeleteRules(0);
        acts.DeleteAddresses(0);
    }

    /// <summary>The last balancer stays, so that its memory says something.</summary>
    private void SoakIt(FleetNetwork fleet, FleetActs acts, TimeSpan duration)
    {
        Random random = Seed.Random(output);
        var memory = new MemoryRecord();
        long start = Stopwatch.GetTimestamp();
        int target = 0, rounds = 0;
        int NextTarget() => target++ % FleetNetwork.TargetCount;
        int Mortal() => random.Next(FleetNetwork.BalancerCount - 1);
        void KillOne(int one)
        {
            acts.Kill(one);
            acts.StartAgain(one);
        }
        void StopOne(int one)
        {
            acts.Stop(one);
            acts.StartAgain(one);
        }
        Action[] deck =
        [
            () => KillOne(Mortal()), () => StopOne(Mortal()), () => acts.TakeOver(Mortal()),
            () => acts.HangTarget(NextTarget()), () => acts.CutTarget(NextTarget()),
            () => acts.Weigh(TimeSpan.FromMilliseconds(random.Next(1000)), Weights(random)),
            () => acts.Weigh(TimeSpan.Zero, Weights(random)), () => acts.WriteNonsense(),
            () => acts.RestartBird(random.Next(FleetNetwork.BalancerCount)),
            () => acts.DeleteRules(random.Next(FleetNetwork.BalancerCount)),
            () => acts.DeleteAddresses(random.Next(FleetNetwork.BalancerCount)),
        ];
        for (; Stopwatch.GetElapsedTime(start) < duration; rounds++)
        {
            random.Shuffle(deck);
            foreach (Action act in deck)
            {
                act();
                TimeSpan age = Stopwatch.GetElapsedTime(start);
                output.WriteLine($"{age.TotalSeconds,5:f0} s  {memory.Look(fleet.Balancers[^1].Serve, age)}");
            }
        }
        output.WriteLine($"{rounds} rounds of {deck.Length} acts; {memory.CheckThatItIsFlat()}");
    }

    private static int[] Weights(Random random) =>
        [.. Enumerable.Range(0, FleetNetwork.TargetCount).Select(_ => random.Next(1, 5))];
}
