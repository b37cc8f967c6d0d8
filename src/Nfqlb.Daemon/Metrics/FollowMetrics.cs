using Nfqlb.ControlPlane.Follow;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Metrics;

/// <summary>How far the files that are followed are in force, and what others change.</summary>
internal static class FollowMetrics
{
    /// <summary>All families.</summary>
    public static IEnumerable<MetricFamily> Of(Follower follower)
    {
        var state = follower.Status;
        var tally = follower.Tally;
        return
        [
            MetricFamily.Gauge(
                "nfqlb_config_last_reload_successful",
                "1 while the files as they are now are in force, 0 while older ones are.",
                samples => samples.Add(state.ComplainedSince is null && state.InForceSince is not null ? 1 : 0)),
            MetricFamily.Gauge(
                "nfqlb_config_last_reload_success_timestamp_seconds",
                "Time when the files in force were read, since the Unix epoch in seconds.",
                samples => samples.Add(tally.InForceSinceUnixSeconds)),
            MetricFamily.Counter(
                "nfqlb_reconcile_total", "Comparisons of the files with the host, by what came of them.",
                samples =>
                {
                    samples.Add(tally.Changed, new Label("result", "changed"));
                    samples.Add(tally.Invalid, new Label("result", "invalid"));
                    samples.Add(tally.Refused, new Label("result", "refused"));
                    samples.Add(tally.Unchanged, new Label("result", "unchanged"));
                }),
            MetricFamily.Counter(
                "nfqlb_drift_mended_total", "Objects that others had changed and that were put back.",
                samples => samples.Add(tally.Mended)),
            MetricFamily.Gauge(
                "nfqlb_drift_refused", "Objects that cannot be put back as they are asked for.",
                samples => samples.Add(state.Refused.Length)),
            MetricFamily.Gauge(
                "nfqlb_drift_contested", "Objects that others change again and again.",
                samples => samples.Add(state.Contested.Length)),
            MetricFamily.Gauge(
                "nfqlb_config_changed_by_hand", "Objects that commands ask for otherwise than the files.",
                samples => samples.Add(tally.ByHand)),
            .. state.Sources.IsEmpty ? [] : OfSources(state.Sources),
        ];
    }

    private static IEnumerable<MetricFamily> OfSources(IReadOnlyList<SourceState> sources)
    {
        yield return MetricFamily.Gauge(
            "nfqlb_source_targets", "Targets that were found, by where.",
            samples =>
            {
                foreach (var source in sources)
                {
                    samples.Add(source.Targets, new Label("source", source.Name));
                }
            });
        yield return MetricFamily.Gauge(
            "nfqlb_source_age_seconds", "How old what is known of targets is: 0 while each change is told.",
            samples =>
            {
                foreach (var source in sources)
                {
                    if (source.Age is { } age)
                    {
                        samples.Add(age, new Label("source", source.Name));
                    }
                }
            });
    }
}
