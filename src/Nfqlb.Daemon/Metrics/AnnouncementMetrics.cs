using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Metrics;

/// <summary>Which virtual addresses are announced.</summary>
internal static class AnnouncementMetrics
{
    private const int MostSeries = 1000;

    /// <summary>All families; none where nothing is to be announced.</summary>
    public static IEnumerable<MetricFamily> Of(IReadOnlyList<VipAnnouncement> all) => all.Count == 0 ? [] :
    [
        MetricFamily.Gauge(
            "nfqlb_vip_announced", "1 while a virtual address is announced, 0 while it is withdrawn.", samples =>
            {
                foreach (var one in all.Take(MostSeries))
                {
                    samples.Add(one.IsAnnounced ? 1 : 0, new Label("vip", one.Prefix.ToPlainString()));
                }
            }),
        MetricFamily.Gauge(
            "nfqlb_vips_without_series", "Virtual addresses to be announced that have no series of their own.",
            samples => samples.Add(Math.Max(0, all.Count - MostSeries))),
    ];
}
