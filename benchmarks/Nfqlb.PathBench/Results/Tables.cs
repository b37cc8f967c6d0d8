using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>The table of a scenario under a load: a row a contender.</summary>
/// <param name="results">Where the figures come from.</param>
/// <param name="scenario">What the balancers had to do.</param>
/// <param name="load">Under which load.</param>
internal sealed class Tables(RunResult results, Scenario scenario, Load load)
{
    private const string None = "–";

    /// <summary>The whole table.</summary>
    public Table Build()
    {
        Column[] columns = load switch
        {
            Load.Overload =>
            [
                .. Compared("packets/s", sample => sample.PacketsPerSecond, "N0"),
                Median("CPU µs", sample => sample.ProcessMicroseconds, "F2"),
                .. CpuTime(),
                Median("lost %", sample => 100.0 * sample.Lost / sample.Sent, "F1"),
                Median("queue full %", sample => 100.0 * sample.QueueDrops / sample.Sent, "F1"),
                Median("backlog full %", sample => 100.0 * sample.BacklogDrops / sample.Sent, "F1"),
            ],
            Load.Steady =>
            [
                Median("packets/s", sample => sample.PacketsPerSecond, "N0"),
                .. Compared("CPU µs", sample => sample.ProcessMicroseconds, "F2"),
                .. CpuTime(),
                Median("lost", sample => sample.Lost, "N0"),
            ],
            _ =>
            [
                .. Compared("median µs", sample => sample.MedianMicroseconds, "F1"),
                .. Compared("99 % µs", sample => sample.P99Microseconds, "F1"),
                Median("lost", sample => sample.Lost, "N0"),
            ],
        };
        var table = new Table(["contender", .. columns.Select(column => column.Header)]);
        var measured = results.Contenders.Where(one => results.Samples(scenario, load, one.Name).Count > 0);
        foreach (var contender in measured)
        {
            table.Add([contender.Name, .. columns.Select(column => column.Cell(contender.Name))]);
        }
        return table;
    }

    private Column[] Compared(string header, Func<Sample, double?> figure, string format) =>
    [
        Median(header, figure, format),
        new("min – max", contender => Figure(contender, figure) is { } spread
            ? $"{Text(spread.Min, format)} – {Text(spread.Max, format)}"
            : None),
        Multiple(RunResult.Floor, figure),
        Multiple(RunResult.Ceiling, figure),
    ];

    private Column[] CpuTime() =>
    [
        new("user µs", contender => Text(CpuMicroseconds(contender) * UserShare(contender), "F2")),
        new("system µs", contender => Text(CpuMicroseconds(contender) * (1 - UserShare(contender)), "F2")),
        Median("core µs", sample => sample.CoreMicroseconds, "F2"),
    ];

    private Column Median(string header, Func<Sample, double?> figure, string format) =>
        new(header, contender => Text(Figure(contender, figure)?.Median, format));

    private Column Multiple(string of, Func<Sample, double?> figure) =>
        new($"× {of}", contender => Text(
            results.Ratio((scenario, contender), (scenario, of), load, figure)?.Median, "F2"));

    private double? CpuMicroseconds(string contender) =>
        Figure(contender, sample => sample.ProcessMicroseconds)?.Median;

    private double? UserShare(string contender) => Figure(contender, sample => sample.UserShare)?.Mean;

    private Spread? Figure(string contender, Func<Sample, double?> figure) =>
        results.Figure(scenario, load, contender, figure);

    private static string Text(double? value, string format) =>
        value?.ToString(format) ?? None;

    /// <summary>A header, and what stands under it for a contender.</summary>
    private sealed record Column(string Header, Func<string, string> Cell);
}
