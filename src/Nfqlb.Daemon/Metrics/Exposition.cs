using System.Text;

namespace Nfqlb.Daemon.Metrics;

/// <summary>Metrics as text for Prometheus.</summary>
/// <remarks>
/// The text format 0.0.4 (prometheus.io, "Exposition formats"): for each family its help, its type, and its samples, a
/// line each. Families come in the order they are given.
/// </remarks>
internal static class Exposition
{
    /// <summary>What the text is called in HTTP.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>All of it.</summary>
    public static string Of(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            string help = family.Help.Replace(@"\", @"\\").Replace("\n", @"\n");
            text.Append($"# HELP {family.Name} {help}\n# TYPE {family.Name} {NameOf(family.Type)}\n");
            family.Collect(new MetricSamples(text, family.Name));
        }
        return text.ToString();
    }

    private static string NameOf(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Gauge => "gauge",
        MetricType.Histogram => "histogram",
        _ => "summary",
    };
}
