using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Results;

/// <summary>The picture: forwarded rate against the number of flows, of targets in both layouts, and of flows
/// where no core is left over.</summary>
internal static class RateChart
{
    /// <summary>Draws it.</summary>
    public static string Of(RunResult results)
    {
        var one = Plan.Base;
        var panels = new[]
        {
            PanelOf(results, "More flows", "flows, 4 targets",
                scenario => scenario == one with { Flows = scenario.Flows }, scenario => scenario.Flows),
            PanelOf(results, "More targets, rules in a row", "targets, 1 flow",
                scenario => scenario == one with { Targets = scenario.Targets }, scenario => scenario.Targets),
            PanelOf(results, "More targets, rules in a tree", "targets, 1 flow",
                scenario => scenario == one with { Targets = scenario.Targets, Layout = MarkLayout.Tree },
                scenario => scenario.Targets),
            PanelOf(results, "All cores sending", "flows, 4 targets",
                scenario => scenario == Plan.AllCores with { Flows = scenario.Flows }, scenario => scenario.Flows),
        };
        return new SvgChart(
            "Packets per second that come out",
            [
                $"As many as go, one sender and one queue but in the last panel, on {results.Machine}.",
                $"Points are medians of {results.Plan.Rounds} rounds; bars go from the lowest to the highest round.",
            ],
            results.Contenders,
            [.. panels.Where(panel => panel.Lines.Any(line => line.Points.Count > 0))]).Draw();
    }

    private static Panel PanelOf(
        RunResult results, string title, string axis, Func<Scenario, bool> belongs, Func<Scenario, int> x)
    {
        var scenarios = results.Plan.Points
            .Where(point => point.Loads.Contains(Load.Overload) && belongs(point.Scenario))
            .Select(point => point.Scenario)
            .OrderBy(x)
            .ToList();
        var lines = results.Contenders.Select(contender => new Line(
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
