using System.Globalization;
using Nfqlb.Control;
using Nfqlb.Daemon.Health;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Metrics;

/// <summary>The process itself.</summary>
internal static class ProcessMetrics
{
    private static readonly DateTime Started =
        (LocalProcess.Current.Started ?? DateTimeOffset.UtcNow).UtcDateTime;

    /// <summary>All families, as things stand.</summary>
    public static IEnumerable<MetricFamily> Of(HealthWatch watch)
    {
        var health = watch.Report();
        return
        [
            MetricFamily.Gauge(
                "nfqlb_build_info", "1; its labels say what runs.",
                samples => samples.Add(1, new Label("version", ProductVersion.Text))),
            MetricFamily.Gauge(
                "nfqlb_healthy", "1 while /healthz says so.", samples => samples.Add(health.IsHealthy ? 1 : 0)),
            MetricFamily.Gauge(
                "nfqlb_ready", "1 while /readyz says so.", samples => samples.Add(health.IsReady ? 1 : 0)),
            MetricFamily.Gauge(
                "nfqlb_process_start_time_seconds", "When the process was started, since 1970.",
                samples => samples.Add(Started - DateTime.UnixEpoch)),
            MetricFamily.Gauge(
                "nfqlb_process_resident_memory_bytes", "Memory that is not swapped out.",
                samples => samples.Add(Environment.WorkingSet)),
            MetricFamily.Counter(
                "nfqlb_gc_collections_total", "Garbage collections, by the oldest generation they were of.",
                Collections),
            MetricFamily.Counter(
                "nfqlb_gc_pause_seconds_total", "Time that workers have waited for them.",
                samples => samples.Add(GC.GetTotalPauseDuration())),
        ];
    }

    /// <summary>The runtime counts a collection for each generation that it was of.</summary>
    private static void Collections(MetricSamples samples)
    {
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            int older = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
            samples.Add(
                Math.Max(0, GC.CollectionCount(generation) - older),
                new Label("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
