using Nfqlb.Daemon.FastPath;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What the kernel has decided itself, and what it has left to the queues.</summary>
internal static class FastPathMetrics
{
    /// <summary>All families; none without a fast path.</summary>
    public static IEnumerable<MetricFamily> Of(KernelPath? kernel) => kernel is null ? [] :
    [
        MetricFamily.Gauge(
            "nfqlb_fast_path_up", "1 while the fast path is on, else 0.",
            samples => samples.Add(kernel.State == "on" ? 1 : 0)),
        MetricFamily.Counter(
            "nfqlb_fast_path_packets_total", "Packets that came to a link of the fast path, by what became of them.",
            samples => Collect(kernel, samples)),
    ];

    private static void Collect(KernelPath kernel, MetricSamples samples)
    {
        foreach (var (place, link) in kernel.Links.Index())
        {
            foreach (var (number, outcome) in FastPathOutcomes.Names.Index())
            {
                samples.Add(kernel.PacketsOf(place, number), new Label("link", link), new Label("outcome", outcome));
            }
        }
    }
}
