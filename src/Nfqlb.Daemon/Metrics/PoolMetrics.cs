using System.Globalization;
using Nfqlb.Daemon.Flows;
using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What targets have been given, and how their pools changed.</summary>
internal static class PoolMetrics
{
    /// <summary>All families, of the pools that flows lead to.</summary>
    /// <param name="flows">Lead to them.</param>
    /// <param name="catalog">Has them open.</param>
    /// <param name="names">Of their targets.</param>
    public static IEnumerable<MetricFamily> Of(FlowTable flows, PoolCatalog catalog, TargetNames names)
    {
        names.Refresh();
        var pools = PoolReading.All(flows);
        return
        [
            MetricFamily.Counter(
                "nfqlb_target_packets_total", "Packets given to a slot's target; of a fragmented one, the first one.",
                OfEachTarget(pools, names, (pool, slot) => pool.PacketsOf(slot))),
            MetricFamily.Counter(
                "nfqlb_target_bytes_total", "Bytes of the packets given to a slot's target, from their IP headers on.",
                OfEachTarget(pools, names, (pool, slot) => pool.BytesOf(slot))),
            MetricFamily.Gauge(
                "nfqlb_pool_targets", "Targets that a pool has now.", OfEach(pools, state => state.ActiveTargets)),
            MetricFamily.Gauge(
                "nfqlb_pool_slots", "Targets that a pool has room for.", OfEach(pools, state => state.Marks.Length)),
            MetricFamily.Counter(
                "nfqlb_pool_table_changes_total", "Tables published in a pool's memory since that was made.",
                OfEach(pools, state => (long)state.Pool.Segment.Generation)),
            MetricFamily.Gauge(
                "nfqlb_pool_table_checksum",
                "Checksum of a pool's table: balancers that send every packet to the same target have the same.",
                OfEach(pools, state => TableCheckSum.Of(state.ReadTable()))),
            MetricFamily.Counter(
                "nfqlb_pool_replacements_total", "Times the name of a pool has led to new memory.",
                samples => samples.Add(catalog.Replacements)),
            new MetricFamily(
                "nfqlb_pool_attach_seconds", MetricType.Summary, "Time it took to open a pool.",
                samples => samples.AddSummary(catalog.Attachments.Count, catalog.Attachments.Sum)),
        ];
    }

    private static Action<MetricSamples> OfEach(IReadOnlyList<PoolReading> pools, Func<PoolReading, long> value) =>
        samples =>
        {
            foreach (var state in pools)
            {
                samples.Add(value(state), new Label("pool", state.Pool.Name.Text));
            }
        };

    private static Action<MetricSamples> OfEachTarget(
        IReadOnlyList<PoolReading> pools, TargetNames names, Func<TargetPool, int, long> value) =>
        samples =>
        {
            foreach (var state in pools)
            {
                var pool = new Label("pool", state.Pool.Name.Text);
                foreach (int slot in state.SlotsInUse)
                {
                    string name = state.Content.Slots[slot] is { } target
                        ? names.Of(state.Pool.Name, slot, target)
                        : "";
                    samples.Add(
                        value(state.Pool, slot), pool, new Label("target", name), Number("slot", slot),
                        Number("mark", state.Marks[slot]));
                }
            }
        };

    private static Label Number(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));
}
