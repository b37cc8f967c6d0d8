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
        MetricFamily.Gauge(
            "nfqlb_fast_path_link_up", "1 while the program is attached to this link, else 0.",
            samples => CollectLinks(kernel, samples)),
        MetricFamily.Counter(
            "nfqlb_fast_path_packets_total", "Packets that came to a link of the fast path, by what became of them.",
            samples => Collect(kernel, samples)),
    ];

    private static void CollectLinks(KernelPath kernel, MetricSamples samples)
    {
        foreach (var link in kernel.Links)
        {
            samples.Add(link.State == LinkAttachment.On ? 1 : 0, new Label("link", link.Name));
        }
    }

    private static void Collect(KernelPath kernel, MetricSamples samples)
    {
        foreach (var link in kernel.Links)
        {
            foreach (var (number, outcome) in FastPathOutcomes.Names.Index())
            {
                samples.Add(
                    kernel.PacketsOf(link.Place, number), new Label("link", link.Name), new Label("outcome", outcome));
            }
        }
    }
}
