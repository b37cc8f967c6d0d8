using System.Text;

namespace Nfqlb.PathBench.Results;

/// <summary>Everything that is left of a run: Markdown, which also goes to the terminal, JSON, and a picture.</summary>
internal static class Report
{
    private const string Picture = "latest.svg";

    /// <summary>Writes latest.md, latest.json and latest.svg, if there is anything to draw.</summary>
    public static void Write(RunResult results, string directory)
    {
        Directory.CreateDirectory(directory);
        string tables = TablesOf(results);
        File.WriteAllText(Path.Combine(directory, "latest.md"), Header(results) + tables);
        File.WriteAllText(Path.Combine(directory, "latest.json"), Json.Of(results));
        if (HasPicture(results))
        {
            File.WriteAllText(Path.Combine(directory, Picture), RateChart.Of(results));
        }
        Console.WriteLine();
        Console.Write(tables);
        Console.WriteLine($"\n{directory}/latest.md, latest.json{(HasPicture(results) ? $", {Picture}" : "")}");
    }

    /// <summary>It is of rates, which are measured where as much is sent as goes.</summary>
    private static bool HasPicture(RunResult results) =>
        results.Plan.Points.Any(point => point.Loads.Contains(Load.Overload));

    private static string Header(RunResult results)
    {
        var text = new StringBuilder();
        text.AppendLine("# The whole path, measured");
        text.AppendLine();
        text.AppendLine(
            $"""
            {results.Machine}. {results.Time:yyyy-MM-dd HH:mm} UTC. {results.Plan.Rounds} rounds of
            {results.Plan.Window.TotalSeconds} s per contender and scenario, interleaved; medians over the rounds,
            ratios taken within each round. How it is measured and what the columns mean:
            [docs/performance.md](../../docs/performance.md).

            """);
        if (HasPicture(results))
        {
            text.AppendLine($"![Rate against flows and targets]({Picture})").AppendLine();
        }
        foreach (var contender in results.Contenders)
        {
            text.AppendLine($"- **{contender.Name}**: {contender.Description}");
        }
        return text.AppendLine().ToString();
    }

    private static string TablesOf(RunResult results)
    {
        var text = new StringBuilder();
        text.AppendLine("## Goals").AppendLine().Append(Goal.Table(results));
        text.AppendLine().AppendLine("## Levers").AppendLine().Append(Lever.Table(results));
        foreach (var load in Enum.GetValues<Load>())
        {
            foreach (var (scenario, loads) in results.Plan.Points.Where(point => point.Loads.Contains(load)))
            {
                text.AppendLine().AppendLine($"## {Title(load)}: {scenario}").AppendLine();
                text.Append(new Tables(results, scenario, load).Build());
            }
        }
        return text.ToString();
    }

    private static string Title(Load load) => load switch
    {
        Load.Overload => "As much as it can forward",
        Load.Steady => $"CPU time at {load.PacketsPerSecond():N0} packets/s",
        _ => $"Delay at {load.PacketsPerSecond():N0} packets/s",
    };
}
