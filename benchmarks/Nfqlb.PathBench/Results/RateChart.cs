using Nfqlb.PathBench.Contenders;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Results;

/// <summary>The picture: forwarded rate against the number of flows, and of targets in both layouts.</summary>
/// <remarks>Of those who read queues; the kernel alone is so far above that they could not be told apart.</remarks>
internal static class RateChart
{
    /// <summary>Draws it.</summary>
    public static string Of(RunResult results)
    {
        var one = Plan.Base;
        var panels = new[]
        {
            PanelOf(results, "Flows (4 targets)", "flows",
                scenario => scenario == one with { Flows = scenario.Flows }, scenario => scenario.Flows),
            PanelOf(results, "Targets, one rule each", "targets",
                scenario => scenario == one with { Targets = scenario.Targets }, scenario => scenario.Targets),
            PanelOf(results, "Targets, rules in a tree", "targets",
                scenario => scenario == one with { Targets = scenario.Targets, Layout = MarkLayout.Tree },
                scenario => scenario.Targets),
        };
        var legend = Shown(results).Select(contender => (contender.Name, contender.Description));
        string about = $"{results.Machine}. "
            + $"Points are medians, bars go from the lowest to the highest of {results.Plan.Rounds} rounds.";
        return new SvgChart(
            "Packets forwarded a second, one queue, under overload",
            about,
            [.. legend],
            [.. panels.Where(panel => panel.Lines.Any(line => line.Points.Count > 0))]).Draw();
    }

    private static IEnumerable<IContender> Shown(RunResult results) =>
        results.Contenders.Where(contender => contender is not Kernel);

    private static Panel PanelOf(
        RunResult results, string title, string axis, Func<Scenario, bool> belongs, Func<Scenario, int> x)
    {
        var scenarios = results.Plan.Points
            .Where(point => point.Loads.Contains(Load.Overload) && belongs(point.Scenario))
            .Select(point => point.Scenario)
            .OrderBy(x)
            .ToList();
        var lines = Shown(results).Select(contender => new Line(
            contender.Name,
            [
                .. from scenario in scenarios
                   let rate = results.Figure(
                       scenario, Load.Overload, contender.Name, sample => sample.PacketsPerSecond)
                   where rate is not null
                   select (x(scenario), rate.Value),
            ]));
        return new Panel(title, axis, [.. lines]);
    }
}
