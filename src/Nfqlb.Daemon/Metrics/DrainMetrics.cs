using Nfqlb.Daemon.Control;
using Nfqlb.Daemon.Workers;

namespace Nfqlb.Daemon.Metrics;

/// <summary>Connections that stay with their targets while tables change.</summary>
internal static class DrainMetrics
{
    /// <summary>All families; none where connections go by the table alone.</summary>
    /// <param name="drains">What drains.</param>
    /// <param name="workers">Those that have decided.</param>
    public static IEnumerable<MetricFamily> Of(DrainListing drains, IReadOnlyList<Worker> workers)
    {
        if (drains.Statistics is not { } statistics)
        {
            return [];
        }
        var pools = drains.Pools();
        return
        [
            MetricFamily.Gauge(
                "nfqlb_pool_draining_entries", "Entries of a table that got another target a short while ago.",
                samples => Collect(pools, samples, (entries, _) => entries)),
            MetricFamily.Gauge(
                "nfqlb_pool_drain_seconds", "Time until the last entry of a pool's table has drained.",
                samples => Collect(pools, samples, (_, secondsLeft) => (long)Math.Ceiling(secondsLeft))),
            MetricFamily.Gauge(
                "nfqlb_drain_connections", "Connections that are remembered, as they were opened during a drain.",
                samples => samples.Add(statistics.Connections)),
            MetricFamily.Counter(
                "nfqlb_drain_remembered_total", "Openings of connections that were remembered.",
                samples => samples.Add(statistics.Remembered)),
            MetricFamily.Counter(
                "nfqlb_drain_evicted_total", "Connections forgotten for want of room: they may break.",
                samples => samples.Add(statistics.Evicted)),
            MetricFamily.Counter(
                "nfqlb_drain_kept_packets_total", "Packets that stayed with a target which their table names no more.",
                samples => samples.Add(workers.Sum(worker => worker.Classifier.Counters.Kept))),
        ];
    }

    private static void Collect(
        IReadOnlyList<(Maglev.TargetPool Pool, int Entries, double SecondsLeft)> pools,
        MetricSamples samples, Func<int, double, long> value)
    {
        foreach (var (pool, entries, secondsLeft) in pools)
        {
            samples.Add(value(entries, secondsLeft), new Label("pool", pool.Name.Text));
        }
    }
}
