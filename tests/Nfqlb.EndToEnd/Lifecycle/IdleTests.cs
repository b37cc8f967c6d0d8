using System.Text.RegularExpressions;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.Lifecycle;

/// <summary>What a balancer does when there is nothing to do.</summary>
public sealed class IdleTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Eleven looks a second at what is watched, and room for what happens now and then.</summary>
    private const int MostWakesPerSecond = 50;

    private readonly Sandbox _sandbox = new();

    [KernelFact]
    public void An_idle_balancer_sleeps()
    {
        BackgroundProcess flowlb = new Balancer(_sandbox.First).StartFlowlb("0:3");
        Thread.Sleep(TimeSpan.FromSeconds(2)); // what the start has left to do is done by then

        const int Seconds = 4;
        int before = Switches(flowlb);
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        int wakes = Switches(flowlb) - before;

        output.WriteLine($"{wakes} wakes in {Seconds} s");
        Assert.InRange(wakes, Seconds, Seconds * MostWakesPerSecond);
    }

    public void Dispose() => _sandbox.Dispose();

    /// <summary>How often its threads were given a core, the first time aside: proc(5), of each thread.</summary>
    private static int Switches(BackgroundProcess process) => Directory.GetDirectories($"/proc/{process.Id}/task")
        .SelectMany(thread => Regex.Matches(File.ReadAllText($"{thread}/status"), @"ctxt_switches:\s+(\d+)"))
        .Sum(match => int.Parse(match.Groups[1].Value));
}
