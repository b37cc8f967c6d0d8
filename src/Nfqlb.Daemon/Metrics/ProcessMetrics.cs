using System.Globalization;
using Nfqlb.Control;
using Nfqlb.Daemon.Health;
using Nfqlb.Linux;

namespace Nfqlb.Daemon.Metrics;

/// <summary>The process itself; what every process has is named as all exporters of Prometheus name it.</summary>
internal static class ProcessMetrics
{
    private static readonly DateTime Started =
        (LocalProcess.Current.Started ?? DateTimeOffset.UtcNow).UtcDateTime;

    /// <summary>All families, as things stand.</summary>
    public static IEnumerable<MetricFamily> Of(HealthWatch watch)
    {
        var health = watch.Report();
        var usage = ProcessUsage.Read();
        return
        [
            MetricFamily.Gauge(
                "nfqlb_build_info", "Always 1; the labels say which version of nfqlb runs.",
                samples => samples.Add(1, new Label("version", ProductVersion.Text))),
            MetricFamily.Gauge(
                "nfqlb_healthy",
                "1 while /healthz answers that the balancer is healthy, else 0.",
                samples => samples.Add(health.IsHealthy ? 1 : 0)),
            MetricFamily.Gauge(
                "nfqlb_ready",
                "1 while /readyz answers that the balancer is ready for packets, else 0.",
                samples => samples.Add(health.IsReady ? 1 : 0)),
            MetricFamily.Gauge(
                "process_start_time_seconds", "Start time of the process since the Unix epoch in seconds.",
                samples => samples.Add(Started - DateTime.UnixEpoch)),
            MetricFamily.Counter(
                "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
                samples => samples.Add(usage.CpuTime)),
            MetricFamily.Gauge(
                "process_resident_memory_bytes", "Resident memory size in bytes.",
                samples => samples.Add(usage.ResidentBytes)),
            MetricFamily.Gauge(
                "process_virtual_memory_bytes", "Virtual memory size in bytes.",
                samples => samples.Add(usage.VirtualBytes)),
            MetricFamily.Gauge(
                "process_open_fds", "Number of open file descriptors.", samples => samples.Add(usage.OpenDescriptors)),
            MetricFamily.Gauge(
                "process_max_fds", "Maximum number of open file descriptors.", samples => Most(samples, usage)),
            MetricFamily.Counter(
                "nfqlb_gc_collections_total",
                "Garbage collections of the runtime, by the oldest generation that each was of.",
                Collections),
            MetricFamily.Counter(
                "nfqlb_gc_pause_seconds_total", "Time that the workers have stood still for garbage collections.",
                samples => samples.Add(GC.GetTotalPauseDuration())),
        ];
    }

    private static void Most(MetricSamples samples, ProcessUsage usage)
    {
        if (usage.MostDescriptors is { } most)
        {
            samples.Add(most);
        }
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
