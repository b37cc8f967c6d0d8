using Nfqlb.Daemon.Control;

namespace Nfqlb.Daemon.Metrics;

/// <summary>What was asked for at the control socket.</summary>
internal static class ControlMetrics
{
    /// <summary>All families.</summary>
    public static IEnumerable<MetricFamily> Of(ControlTally tally) =>
    [
        MetricFamily.Counter(
            "nfqlb_control_requests_total", "Requests at the control socket, by what became of them.",
            samples => Requests(samples, tally)),
    ];

    private static void Requests(MetricSamples samples, ControlTally tally)
    {
        for (int row = 0; row < ControlTally.Actions.Length; row++)
        {
            var action = new Label("action", ControlTally.Actions[row]);
            samples.Add(tally.CountOf(row, ControlOutcome.Done), action, new Label("outcome", "done"));
            samples.Add(tally.CountOf(row, ControlOutcome.Refused), action, new Label("outcome", "refused"));
            samples.Add(tally.CountOf(row, ControlOutcome.Denied), action, new Label("outcome", "denied"));
        }
    }
}
