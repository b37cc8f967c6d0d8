using System.Globalization;
using System.Text.RegularExpressions;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>The text of /metrics, read by rules of its own: each line is a help, a type or a sample of that family.
/// </summary>
internal sealed partial class MetricsText
{
    private readonly Dictionary<string, double> _samples = [];

    public MetricsText(string text)
    {
        string family = "";
        Assert.EndsWith("\n", text);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (Head().Match(line) is { Success: true } head)
            {
                family = head.Groups["name"].Value;
                Assert.True(Helps.TryAdd(family, head.Groups["help"].Value), $"twice: {line}");
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                Assert.Equal(family, type.Groups["name"].Value);
                Assert.True(Types.TryAdd(family, type.Groups["type"].Value), $"twice: {line}");
            }
            else
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, $"no sample: {line}");
                string name = sample.Groups["name"].Value;
                string[] allowed = Types[family] switch
                {
                    "histogram" => [$"{family}_bucket", $"{family}_sum", $"{family}_count"],
                    "summary" => [$"{family}_sum", $"{family}_count"],
                    _ => [family],
                };
                Assert.Contains(name, allowed);
                Names.Add(name);
                Assert.True(
                    _samples.TryAdd(line[..line.LastIndexOf(' ')],
                        double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)),
                    $"twice: {line}");
                foreach (Match label in Label().Matches(sample.Groups["labels"].Value))
                {
                    Labels.TryAdd(family, []);
                    Labels[family].Add(label.Groups["name"].Value);
                }
            }
        }
    }

    public Dictionary<string, string> Helps { get; } = [];

    public Dictionary<string, string> Types { get; } = [];

    public Dictionary<string, HashSet<string>> Labels { get; } = [];

    /// <summary>Of samples, which are those of families but for histograms and summaries.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>One sample, by its name with its labels.</summary>
    public double this[string sample] => _samples[sample];

    /// <summary>All samples of a name, summed up.</summary>
    public double Sum(string name, string label = "") =>
        _samples.Where(sample => sample.Key.Split('{')[0] == name && sample.Key.Contains(label)).Sum(s => s.Value);

    [GeneratedRegex("^# HELP (?<name>(nfqlb|process)_[a-z_]+) (?<help>.+)$")]
    private static partial Regex Head();

    [GeneratedRegex("^# TYPE (?<name>(nfqlb|process)_[a-z_]+) (?<type>counter|gauge|histogram|summary)$")]
    private static partial Regex Type();

    [GeneratedRegex(
        """^(?<name>\w+)(\{(?<labels>([a-z]+="([^"\\]|\\[\\n"])*",?)+)\})? (?<value>[0-9.E+-]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>[a-z]+)="([^"\\]|\\[\\n"])*"(,|$)""")]
    private static partial Regex Label();
}
