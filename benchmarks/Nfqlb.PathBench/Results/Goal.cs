using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>Something nfqlb wants to reach: a ratio, taken within rounds. Reported, never enforced.</summary>
/// <param name="Text">What.</param>
/// <param name="Limit">The value wanted.</param>
/// <param name="IsLeast">Whether that is the least, or else the most.</param>
/// <param name="Value">What was measured; null when it was not.</param>
internal sealed record Goal(string Text, double Limit, bool IsLeast, Spread? Value)
{
    /// <summary>All goals, with what a run says about them.</summary>
    public static IEnumerable<Goal> All(RunResult results)
    {
        var one = Plan.Base;
        var manyFlows = one with { Flows = results.Plan.Points.Max(point => point.Scenario.Flows) };
        var manyTargets = one with { Targets = results.Plan.MostTargets, Layout = MarkLayout.Tree };
        return
        [
            new("One busy queue: rate, × floor", 1.30, true, Against(RunResult.Floor, Load.Overload, Rate)),
            new("One busy queue: rate, × ceiling", 0.97, true, Against(RunResult.Ceiling, Load.Overload, Rate)),
            new("One busy queue: CPU time a packet, × ceiling", 1.05, false,
                Against(RunResult.Ceiling, Load.Steady, sample => sample.ProcessMicroseconds)),
            new($"{manyFlows}: rate, × that with 1 flow", 0.97, true, Within(manyFlows, one)),
            new($"{manyTargets}: rate, × that with 4", 0.95, true, Within(manyTargets, one)),
            new("Delay at 1,000 packets/s: median, × floor", 1, false,
                Against(RunResult.Floor, Load.Calm, sample => sample.MedianMicroseconds)),
            new("Delay at 1,000 packets/s: 99 %, × floor", 1, false,
                Against(RunResult.Floor, Load.Calm, sample => sample.P99Microseconds)),
        ];

        static double? Rate(Sample sample) => sample.PacketsPerSecond;

        Spread? Against(string contender, Load load, Func<Sample, double?> figure) =>
            results.Ratio((one, RunResult.Ours), (one, contender), load, figure);

        Spread? Within(Scenario many, Scenario few) =>
            results.Ratio((many, RunResult.Ours), (few, RunResult.Ours), Load.Overload, Rate);
    }

    /// <summary>All goals as a table.</summary>
    public static Table Table(RunResult results)
    {
        var table = new Table("goal", "wanted", "median", "min – max", "");
        foreach (var goal in All(results).Where(goal => goal.Value is not null))
        {
            var value = goal.Value!.Value;
            bool isMet = goal.IsLeast ? value.Median >= goal.Limit : value.Median <= goal.Limit;
            table.Add(
                goal.Text,
                $"{(goal.IsLeast ? "≥" : "≤")} {Number(goal.Limit)}",
                Number(value.Median),
                $"{Number(value.Min)} – {Number(value.Max)}",
                isMet ? "met" : "missed");
        }
        return table;
    }

    private static string Number(double value) => value.ToString("0.00#");
}
