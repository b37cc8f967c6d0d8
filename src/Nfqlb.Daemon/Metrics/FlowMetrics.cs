using Nfqlb.Daemon.Flows;
using Nfqlb.Flows;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What flows have matched, and how they changed.</summary>
internal static class FlowMetrics
{
    /// <summary>All families, of the flows in force.</summary>
    /// <param name="flows">In force.</param>
    /// <param name="changes">Changes them.</param>
    /// <param name="most">As many of them have a series of their own: the first that packets are compared with.</param>
    public static IEnumerable<MetricFamily> Of(FlowSet flows, FlowChanges changes, int most) =>
    [
        MetricFamily.Gauge("nfqlb_flows", "Flows in force.", samples => samples.Add(flows.Count)),
        MetricFamily.Counter(
            "nfqlb_flow_packets_total", "Packets that a flow has accepted.", samples => Packets(samples, flows, most)),
        MetricFamily.Gauge(
            "nfqlb_flows_without_series", "Flows beyond --metrics-flows, whose packets have no series of their own.",
            samples => samples.Add(Math.Max(0, flows.Entries.Length - most))),
        new MetricFamily(
            "nfqlb_flow_change_seconds", MetricType.Summary,
            "Time it took to change the flows in force, by what was done.",
            samples =>
            {
                samples.AddSummary(changes.Sets.Count, changes.Sets.Sum, new Label("change", "set"));
                samples.AddSummary(changes.Deletes.Count, changes.Deletes.Sum, new Label("change", "delete"));
            }),
    ];

    private static void Packets(MetricSamples samples, FlowSet flows, int most)
    {
        foreach (var entry in flows.Entries.AsSpan()[..Math.Min(most, flows.Entries.Length)])
        {
            samples.Add(
                entry.Counter.Sum,
                new Label("flow", entry.Flow.Name.Text),
                new Label("pool", entry.Pool?.Name.Text ?? ""));
        }
    }
}
