using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Packets;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Soak;

/// <summary>Mixed traffic while flows, targets and traces change at random.</summary>
/// <remarks>SOAK=600 goes on for so many seconds; SEED=123 repeats a run, as far as the machine lets it.</remarks>
public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>One of each kind.</summary>
    private const int FewestRounds = 2;

    private static TimeSpan Duration => TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable("SOAK") is { Length: > 0 } text ? int.Parse(text) : 8);

    [KernelFact]
    public void Nothing_is_lost_or_astray_while_everything_changes_and_memory_stays_flat()
    {
        Random random = Seed.Random(output);
        var host = new SoakHost(random);
        UndisturbedTestbed.RunOnce(host.Testbed, _ => Run(host, random));
    }

    private void Run(SoakHost host, Random random)
    {
        long start = Stopwatch.GetTimestamp();
        var memory = new MemoryRecord();
        int rounds = 0;
        for (; rounds < FewestRounds || Stopwatch.GetElapsedTime(start) < Duration; rounds++)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

            // The last balancer stays for most of the time, so that its memory says something.
            bool mayTakeOver = rounds == 1 || elapsed < Duration / 3 && random.Next(2) == 0;
            RoundKind kind = rounds % 2 == 0 ? RoundKind.Routes : RoundKind.Fragments;
            string report = "";
            Undisturbed.Run(output, () => report = new SoakRound(host, rounds, kind, mayTakeOver, random).Run());
            output.WriteLine($"{elapsed.TotalSeconds,5:f0} s  {report}; {memory.Look(host.Flowlb, host.Age)}");
        }
        output.WriteLine($"{rounds} rounds, {host.Takeovers} takeovers, "
            + $"{host.KilledTakeovers} that were killed; "
            + string.Join(", ", host.Unrest.Done.Select(done => $"{done.Key} {done.Value}")));
        Assert.True(host.Takeovers > 0, "no takeover");
        Assert.True(host.KilledTakeovers > 0, "no takeover was killed");
        Assert.Equal(Unrest.KindCount, host.Unrest.Done.Count);
        output.WriteLine(memory.CheckThatItIsFlat());
    }
}
