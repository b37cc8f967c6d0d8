using System.Diagnostics;
using Nfqlb.EndToEnd.Lab;
using Xunit.Abstractions;

namespace Nfqlb.EndToEnd.CommandLine;

/// <summary>How long a command takes to start and end: reported, as a shared machine allows no limit to be set.</summary>
public sealed class StartUpTimeTests(RunningFlowlb flowlb, ITestOutputHelper output) : IClassFixture<RunningFlowlb>
{
    private const int Runs = 50;

    [KernelFact]
    public void Is_reported_next_to_that_of_the_smallest_program()
    {
        // Taken in turns, so that both meet the same moods of the machine.
        var trues = new List<double>();
        var shows = new List<double>();
        for (int i = 0; i < Runs; i++)
        {
            trues.Add(Milliseconds(() => flowlb.Balancer.Host.Run("/bin/true")));
            shows.Add(Milliseconds(() => flowlb.Nfqlb("show", "--shm=lb-1")));
        }

        string report = $"Start to end, median of {Runs}: nfqlb show {Median(shows):f1} ms, true {Median(trues):f1} ms";
        output.WriteLine(report);
        Console.WriteLine(report);
    }

    private static double Milliseconds(Func<CommandResult> run)
    {
        long start = Stopwatch.GetTimestamp();
        run().MustSucceed();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
