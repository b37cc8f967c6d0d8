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
    public static IEnumerable<MetricFamily> Of(FlowTable flows, PoolCatalog catalog)
    {
        var pools = PoolReading.All(flows);
        return
        [
            MetricFamily.Counter(
                "nfqlb_target_packets_total", "Packets given to a slot's target; of a fragmented one, the first one.",
                OfEachTarget(pools, (pool, slot) => pool.PacketsOf(slot))),
            MetricFamily.Counter(
                "nfqlb_target_bytes_total", "Their bytes, from the IP headers on.",
                OfEachTarget(pools, (pool, slot) => pool.BytesOf(slot))),
            MetricFamily.Gauge(
                "nfqlb_pool_targets", "Targets that are active.", OfEach(pools, state => state.ActiveTargets)),
            MetricFamily.Gauge(
                "nfqlb_pool_slots", "Targets that could be.", OfEach(pools, state => state.Marks.Length)),
            MetricFamily.Counter(
                "nfqlb_pool_table_changes_total", "Tables published in the pool's memory since that was made.",
                OfEach(pools, state => (long)state.Generation)),
            MetricFamily.Gauge(
                "nfqlb_pool_table_checksum", "One number for a table: balancers that agree have the same.",
                OfEach(pools, state => TableCheckSum.Of(state.ReadTable()))),
            MetricFamily.Counter(
                "nfqlb_pool_replacements_total", "Times the name of a pool has led to new memory.",
                samples => samples.Add(catalog.Replacements)),
            new MetricFamily(
                "nfqlb_pool_attach_seconds", MetricType.Summary, "Pools opened, and how long it took.",
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
        IReadOnlyList<PoolReading> pools, Func<TargetPool, int, long> value) =>
        samples =>
        {
            foreach (var state in pools)
            {
                var pool = new Label("pool", state.Pool.Name.Text);
                foreach (int slot in state.SlotsInUse)
                {
                    samples.Add(value(state.Pool, slot), pool, Number("slot", slot), Number("mark", state.Marks[slot]));
                }
            }
        };

    private static Label Number(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));
}
