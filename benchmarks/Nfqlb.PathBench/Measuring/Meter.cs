using Nfqlb.PathBench.Contenders;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Measuring;

/// <summary>Sends traffic through a contender and looks what comes out.</summary>
/// <param name="network">Where.</param>
/// <param name="traffic">The traffic program.</param>
/// <param name="window">How long to look.</param>
internal sealed class Meter(Network network, string traffic, TimeSpan window)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(0.1);

    private readonly GroLink _link = new();

    /// <summary>Takes one sample, which needs a little longer than the window.</summary>
    public Sample Measure(Scenario scenario, IRunning contender, Load load)
    {
        contender.TakeTraffic();
        _link.Use(scenario.Traffic == Traffic.BulkTogether);
        using var capture = load == Load.Calm ? new Capture(traffic) : null;
        long arrivedBefore = network.Arrived(scenario.Traffic), dropsBefore = contender.QueueDrops;
        long backlogBefore = Backlog.Drops;

        var generators = Enumerable.Range(Cores.Generator, scenario.Senders)
            .Select(core => new Generator(traffic, scenario, load, WarmUp + window + Rest, core))
            .ToList();
        Thread.Sleep(WarmUp);
        var start = Snapshot.Take(network, scenario.Traffic, contender);
        Thread.Sleep(window);
        var end = Snapshot.Take(network, scenario.Traffic, contender);
        long sent = generators.Sum(generator => generator.Finish());

        AwaitLastArrivals(scenario, contender);
        var latencies = capture?.Finish();
        return Evaluate(scenario, start, end) with
        {
            Sent = sent,
            Lost = sent - (network.Arrived(scenario.Traffic) - arrivedBefore),
            QueueDrops = contender.QueueDrops - dropsBefore,
            BacklogDrops = Backlog.Drops - backlogBefore,
            MedianMicroseconds = latencies?.Quantile(0.5),
            P99Microseconds = latencies?.Quantile(0.99),
        };
    }

    private static Sample Evaluate(Scenario scenario, Snapshot start, Snapshot end)
    {
        double packets = end.Arrived - start.Arrived;
        if (packets <= 0)
        {
            return new Sample(0, null, null, null, 0, 0, 0);
        }
        double process = (end.ProcessTime - start.ProcessTime).TotalMicroseconds / packets;
        double user = end.UserTicks - start.UserTicks, system = end.SystemTicks - start.SystemTicks;
        bool hasProcess = process > 0 && user + system > 0;
        return new Sample(
            packets / (end.Time - start.Time).TotalSeconds,
            hasProcess ? process : null,
            hasProcess ? user / (user + system) : null,
            scenario.HasOwnCore ? (end.CoreTime - start.CoreTime).TotalMicroseconds / packets : null,
            0, 0, 0);
    }

    /// <summary>Until the queues are empty and nothing more comes.</summary>
    private void AwaitLastArrivals(Scenario scenario, IRunning contender)
    {
        var limit = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        long arrived = -1;
        while (DateTime.UtcNow < limit && (contender.Waiting > 0 || arrived != network.Arrived(scenario.Traffic)))
        {
            arrived = network.Arrived(scenario.Traffic);
            Thread.Sleep(20);
        }
    }
}
