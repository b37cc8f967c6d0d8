using Nfqlb.Fragments;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What is remembered of fragmented packets.</summary>
internal static class FragmentMetrics
{
    /// <summary>All families, of the table as it stands.</summary>
    public static IEnumerable<MetricFamily> Of(FragmentTable table)
    {
        var now = table.ReadStatistics();
        var options = table.Options;
        return
        [
            MetricFamily.Gauge(
                "nfqlb_fragment_table_packets", "Fragmented packets that are remembered now.",
                samples => samples.Add(now.Entries)),
            MetricFamily.Gauge(
                "nfqlb_fragment_table_limit_packets", "Most fragmented packets that can be remembered at a time.",
                samples => samples.Add(options.Size + options.ExtraEntries + options.StoredFragments)),
            MetricFamily.Gauge(
                "nfqlb_fragment_table_fragments", "Fragments that wait now for the first one of their packet.",
                samples => samples.Add(now.Stored)),
            MetricFamily.Gauge(
                "nfqlb_fragment_table_limit_fragments",
                "Most fragments that can wait for the first one of their packet at a time.",
                samples => samples.Add(options.StoredFragments)),
            MetricFamily.Counter(
                "nfqlb_fragment_table_lookups_total", "Look-ups of fragments in the table of fragmented packets.",
                samples => samples.Add(now.Lookups)),
            MetricFamily.Counter(
                "nfqlb_fragment_table_collisions_total",
                "Fragmented packets whose place in the table was taken by another one.",
                samples => samples.Add(now.Collisions)),
            MetricFamily.Counter(
                "nfqlb_fragmented_packets_total", "Fragmented packets that were remembered, by what became of them.",
                samples =>
                {
                    samples.Add(now.Inserts, new Label("event", "remembered"));
                    samples.Add(now.Completed, new Label("event", "completed"));
                    samples.Add(now.Expired, new Label("event", "expired"));
                    samples.Add(now.GivenUp, new Label("event", "given_up"));
                    samples.Add(now.Poisoned, new Label("event", "poisoned"));
                }),
            MetricFamily.Counter(
                "nfqlb_stored_fragments_total", "Fragments that were to be stored, by what became of them.",
                samples =>
                {
                    samples.Add(now.Reinjected, new Label("event", "reinjected"));
                    samples.Add(now.NotReinjected, new Label("event", "not_reinjected"));
                    samples.Add(now.Discarded - now.Displaced, new Label("event", "discarded"));
                    samples.Add(now.Displaced, new Label("event", "displaced"));
                }),
        ];
    }
}
