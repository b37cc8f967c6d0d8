using System.Text.Json;
using System.Text.Json.Serialization;
using Nfqlb.PathBench.Lab;
using Nfqlb.PathBench.Measuring;

namespace Nfqlb.PathBench.Results;

/// <summary>Every sample, for other programs, and to draw the report once more.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The run as text.</summary>
    public static string Of(RunResult results) => JsonSerializer.Serialize(
        new
        {
            results.Machine,
            results.Time,
            results.Plan.Rounds,
            WindowSeconds = results.Plan.Window.TotalSeconds,
            Contenders = results.Contenders.Select(contender => new { contender.Name, contender.Description }),
            Series =
                from point in results.Plan.Points
                from load in point.Loads
                from contender in results.Contenders
                select new
                {
                    point.Scenario,
                    Load = load,
                    Contender = contender.Name,
                    Rounds = results.Samples(point.Scenario, load, contender.Name),
                },
        },
        Options) + "\n";

    /// <summary>The run as it was written.</summary>
    /// <exception cref="BenchException">The text is none.</exception>
    public static RunResult Read(string text)
    {
        var recording = Parse(text);
        var plan = new Plan(
            recording.Rounds,
            TimeSpan.FromSeconds(recording.WindowSeconds),
            [.. PointsOf(recording.Series).Select(point => (point.Scenario, point.Loads.ToArray()))]);
        var results = new RunResult(recording.Machine, recording.Time, plan, recording.Contenders);
        foreach (var series in recording.Series)
        {
            foreach (var sample in series.Rounds)
            {
                results.Add(series.Scenario, series.Load, series.Contender, sample);
            }
        }
        return results;
    }

    private static Recording Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Recording>(text, Options) ?? throw new BenchException("no results");
        }
        catch (JsonException e)
        {
            throw new BenchException($"no results: {e.Message}");
        }
    }

    /// <summary>Series of one scenario that stand together are a point of the plan.</summary>
    private static List<(Scenario Scenario, List<Load> Loads)> PointsOf(IEnumerable<Series> series)
    {
        var points = new List<(Scenario Scenario, List<Load> Loads)>();
        foreach (var next in series)
        {
            if (points is [] || points[^1].Scenario != next.Scenario)
            {
                points.Add((next.Scenario, []));
            }
            if (!points[^1].Loads.Contains(next.Load))
            {
                points[^1].Loads.Add(next.Load);
            }
        }
        return points;
    }

    private sealed record Recording(
        string Machine, DateTime Time, int Rounds, double WindowSeconds, Participant[] Contenders, Series[] Series);

    private sealed record Series(Scenario Scenario, Load Load, string Contender, Sample[] Rounds);
}
