using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nfqlb.PathBench.Results;

/// <summary>Every sample, for other programs.</summary>
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
}
