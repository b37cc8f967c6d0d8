using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>Something nfqlb wants to reach: a ratio, taken within rounds. Reported, never enforced.</summary>
/// <param name="Text">What.</param>
/// <param name="Limit">The value wanted.</param>
/// <param name="IsLeast">Whether that is the least, or else the most.</param>
/// <param name="Value">What was measured; null when it was not.</param>
/// <param name="Ceiling">The same ratio for the ceiling: what the kernel leaves to reach.</param>
internal sealed record Goal(string Text, double Limit, bool IsLeast, Spread? Value, Spread? Ceiling)
{
    /// <summary>All goals, with what a run says about them.</summary>
    public static IEnumerable<Goal> All(RunResult results)
    {
        var one = Plan.Base;
        var manyFlows = one with { Flows = results.Plan.Points.Max(point => point.Scenario.Flows) };
        var manyTargets = one with { Targets = results.Plan.MostTargets, Layout = MarkLayout.Tree };
        return
        [
            AtLeast(1.30, "One busy queue: rate, × floor", Against(RunResult.Floor, Load.Overload, Rate)),
            AtLeast(0.97, "One busy queue: rate, × ceiling", Against(RunResult.Ceiling, Load.Overload, Rate)),
            AtMost(1.05, "One busy queue: CPU time per packet, × ceiling",
                Against(RunResult.Ceiling, Load.Steady, sample => sample.ProcessMicroseconds)),
            Between(0.95, RunResult.FastPath, RunResult.Kernel),
            Between(2, RunResult.FastPath, RunResult.Ceiling),
            Between(1.1, RunResult.Redirect, RunResult.Kernel),
            AtLeast(0.97, $"{manyFlows}: rate, × that with 1 flow", AgainstFew(manyFlows)),
            AtLeast(0.95, $"{manyTargets}: rate, × that with 4", AgainstFew(manyTargets)),
            AtMost(1, "Nothing drains: CPU time per packet, × that without a drain", Draining(Drain.Idle, Drain.Off)),
            AtMost(1.05, "A quarter of the entries drains: CPU time per packet, × that when nothing does",
                Draining(Drain.Running, Drain.Idle)),
            AtMost(1, "Delay at 1,000 packets/s: median, × floor",
                Against(RunResult.Floor, Load.Calm, sample => sample.MedianMicroseconds)),
            AtMost(1, "Delay at 1,000 packets/s: 99 %, × floor",
                Against(RunResult.Floor, Load.Calm, sample => sample.P99Microseconds)),
        ];

        Goal Between(double limit, string contender, string other) => new(
            $"All cores sending, {contender}: rate, × {other}", limit, true,
            results.Ratio((Plan.AllCores, contender), (Plan.AllCores, other), Load.Overload, Rate), null);

        static double? Rate(Sample sample) => sample.PacketsPerSecond;

        Func<string, Spread?> Against(string contender, Load load, Func<Sample, double?> figure) =>
            who => results.Ratio((one, who), (one, contender), load, figure);

        Func<string, Spread?> Draining(Drain drain, Drain other) => who => results.Ratio(
            (one with { Drain = drain }, who), (one with { Drain = other }, who), Load.Steady,
            sample => sample.ProcessMicroseconds);

        Func<string, Spread?> AgainstFew(Scenario many) =>
            who => results.Ratio((many, who), (one, who), Load.Overload, Rate);
    }

    /// <summary>All goals as a table.</summary>
    public static Table Table(RunResult results)
    {
        var table = new Table("goal", "wanted", "median", "min – max", "", "the ceiling's");
        foreach (var goal in All(results).Where(goal => goal.Value is not null))
        {
            var value = goal.Value!.Value;
            bool isMet = goal.IsLeast ? value.Median >= goal.Limit : value.Median <= goal.Limit;
            table.Add(
                goal.Text,
                $"{(goal.IsLeast ? "≥" : "≤")} {Number(goal.Limit)}",
                Number(value.Median),
                $"{Number(value.Min)} – {Number(value.Max)}",
                isMet ? "met" : "missed",
                goal.Ceiling is { } ceiling ? Number(ceiling.Median) : "–");
        }
        return table;
    }

    private static Goal AtLeast(double limit, string text, Func<string, Spread?> ratio) =>
        new(text, limit, true, ratio(RunResult.Ours), ratio(RunResult.Ceiling));

    private static Goal AtMost(double limit, string text, Func<string, Spread?> ratio) =>
        new(text, limit, false, ratio(RunResult.Ours), ratio(RunResult.Ceiling));

    private static string Number(double value) => value.ToString("0.00#");
}
