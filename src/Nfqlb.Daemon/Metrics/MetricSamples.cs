using System.Globalization;
using System.Text;

namespace Nfqlb.Daemon.Metrics;

/// <summary>The samples of a family, written as they come.</summary>
/// <param name="text">Where.</param>
/// <param name="name">The family's name.</param>
internal sealed class MetricSamples(StringBuilder text, string name)
{
    /// <summary>A whole number.</summary>
    public void Add(long value, params ReadOnlySpan<Label> labels)
    {
        WriteName("", labels);
        text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    /// <summary>Seconds.</summary>
    public void Add(TimeSpan value, params ReadOnlySpan<Label> labels)
    {
        WriteName("", labels);
        text.Append(' ').Append(Seconds(value)).Append('\n');
    }

    /// <summary>A histogram of whole numbers.</summary>
    /// <param name="counts">By class, each for itself.</param>
    /// <param name="bounds">The greatest number of each class, rising.</param>
    /// <param name="sum">Of all numbers.</param>
    /// <param name="label">Tells it from others of the family.</param>
    public void AddHistogram(ReadOnlySpan<long> counts, ReadOnlySpan<long> bounds, long sum, Label label)
    {
        long count = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            count += counts[i];
            WriteName("_bucket", [label, new Label("le", bounds[i].ToString(CultureInfo.InvariantCulture))]);
            text.Append(CultureInfo.InvariantCulture, $" {count}\n");
        }
        WriteName("_bucket", [label, new Label("le", "+Inf")]);
        text.Append(CultureInfo.InvariantCulture, $" {count}\n");
        WriteName("_sum", [label]);
        text.Append(CultureInfo.InvariantCulture, $" {sum}\n");
        WriteName("_count", [label]);
        text.Append(CultureInfo.InvariantCulture, $" {count}\n");
    }

    /// <summary>A histogram of times.</summary>
    /// <param name="counts">By class, each for itself; the last of what is beyond all bounds.</param>
    /// <param name="bounds">The longest time of each class, rising.</param>
    /// <param name="sum">Of all times.</param>
    /// <param name="label">Tells it from others of the family.</param>
    public void AddHistogram(
        ReadOnlySpan<long> counts, ReadOnlySpan<TimeSpan> bounds, TimeSpan sum, Label label)
    {
        long count = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            count += counts[i];
            WriteName("_bucket", [label, new Label("le", i < bounds.Length ? Seconds(bounds[i]) : "+Inf")]);
            text.Append(CultureInfo.InvariantCulture, $" {count}\n");
        }
        AddSummary(count, sum, label);
    }

    /// <summary>How often something was done, and how long it took.</summary>
    public void AddSummary(long count, TimeSpan sum, params ReadOnlySpan<Label> labels)
    {
        WriteName("_sum", labels);
        text.Append(' ').Append(Seconds(sum)).Append('\n');
        WriteName("_count", labels);
        text.Append(CultureInfo.InvariantCulture, $" {count}\n");
    }

    private static string Seconds(TimeSpan value) => value.TotalSeconds.ToString("R", CultureInfo.InvariantCulture);

    private void WriteName(string suffix, ReadOnlySpan<Label> labels)
    {
        text.Append(name).Append(suffix);
        char separator = '{';
        foreach (var label in labels)
        {
            text.Append(separator).Append(label.Name).Append("=\"");
            AppendEscaped(label.Value);
            text.Append('"');
            separator = ',';
        }
        if (!labels.IsEmpty)
        {
            text.Append('}');
        }
    }

    /// <summary>Label values escape a backslash, a quote and a line feed, and nothing else.</summary>
    private void AppendEscaped(string value)
    {
        foreach (char c in value)
        {
            switch (c)
            {
                case '\\': text.Append(@"\\"); break;
                case '"': text.Append("\\\""); break;
                case '\n': text.Append(@"\n"); break;
                default: text.Append(c); break;
            }
        }
    }
}
