using Nfqlb.Checks;
using Nfqlb.Daemon.Checks;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What checks of targets have found.</summary>
internal static class CheckMetrics
{
    private static readonly string[] Results = ["passed", "failed", "timeout", "inconclusive"];

    /// <summary>All families; none where nothing is checked.</summary>
    public static IEnumerable<MetricFamily> Of(CheckSnapshot snapshot) => snapshot.Targets.IsEmpty ? [] :
    [
        MetricFamily.Gauge(
            "nfqlb_target_healthy", "1 while the checks of a target find it good, 0 while they do not.", samples =>
            {
                foreach (var (verdict, _) in snapshot.Targets)
                {
                    samples.Add(
                        verdict.Health == TargetHealth.Good ? 1 : 0, new Label("pool", verdict.Pool.Text),
                        new Label("target", verdict.Target));
                }
            }),
        MetricFamily.Counter(
            "nfqlb_check_results_total", "Checks of a target, by what came of them.", samples =>
            {
                foreach (var (verdict, results) in snapshot.Targets)
                {
                    foreach (var outcome in Enum.GetValues<CheckOutcome>())
                    {
                        samples.Add(
                            results[(int)outcome], new Label("pool", verdict.Pool.Text),
                            new Label("target", verdict.Target), new Label("result", Results[(int)outcome]));
                    }
                }
            }),
        new MetricFamily(
            "nfqlb_check_duration_seconds", MetricType.Histogram, "Time that checks of a pool's targets took.",
            samples =>
            {
                foreach (var pool in snapshot.Pools)
                {
                    samples.AddHistogram(
                        pool.Durations.Counts.AsSpan(), DurationCounts.Bounds.AsSpan(), pool.Durations.Sum,
                        new Label("pool", pool.Name.Text));
                }
            }),
        MetricFamily.Gauge(
            "nfqlb_pool_panic", "1 while too few targets of a pool are good, and all are used.", samples =>
            {
                foreach (var pool in snapshot.Pools)
                {
                    samples.Add(pool.IsPanic ? 1 : 0, new Label("pool", pool.Name.Text));
                }
            }),
    ];
}
