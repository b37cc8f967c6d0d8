using Nfqlb.Daemon.Flows;
using Nfqlb.Flows;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What flows have matched, and how they changed.</summary>
internal static class FlowMetrics
{
    /// <summary>All families, of the flows in force.</summary>
    /// <param name="flows">In force.</param>
    /// <param name="changes">Changes them.</param>
    public static IEnumerable<MetricFamily> Of(FlowSet flows, FlowChanges changes) =>
    [
        MetricFamily.Gauge("nfqlb_flows", "Flows in force.", samples => samples.Add(flows.Count)),
        MetricFamily.Counter(
            "nfqlb_flow_packets_total", "Packets that a flow has accepted.", samples => Packets(samples, flows)),
        new MetricFamily(
            "nfqlb_flow_change_seconds", MetricType.Summary, "Changes of the flows in force, and how long they took.",
            samples =>
            {
                samples.AddSummary(changes.Sets.Count, changes.Sets.Sum, new Label("change", "set"));
                samples.AddSummary(changes.Deletes.Count, changes.Deletes.Sum, new Label("change", "delete"));
            }),
    ];

    private static void Packets(MetricSamples samples, FlowSet flows)
    {
        foreach (var entry in flows.Entries)
        {
            samples.Add(
                entry.Counter.Sum,
                new Label("flow", entry.Flow.Name.Text),
                new Label("pool", entry.Pool?.Name.Text ?? ""));
        }
    }
}
