using Nfqlb.Control;
using Nfqlb.Daemon.Logging;
using Nfqlb.Planning.Status;

namespace Nfqlb.Cli.Health;

/// <summary>All that was found, as it is shown.</summary>
/// <param name="findings">By area.</param>
internal sealed class HealthReport(IReadOnlyList<Finding> findings)
{
    /// <summary>Of an area and a severity: with all targets down, the screen shall tell of the rest too.</summary>
    private const int MostOfAKind = 5;

    private const string Indent = "                 ";

    /// <summary>Nothing is bad.</summary>
    public bool IsFine => Count(Severity.Bad) == 0;

    /// <summary>For one screen.</summary>
    public IEnumerable<string> Lines()
    {
        for (int start = 0, next; start < findings.Count; start = next)
        {
            next = EndOfKind(start);
            int shown = Math.Min(next, start + MostOfAKind);
            for (int i = start; i < shown; i++)
            {
                var finding = findings[i];
                yield return $"{Word(finding.Severity),-5} {finding.Area,-10} {finding.What}";
                if (finding.Remedy is not null && (i + 1 == shown || findings[i + 1].Remedy != finding.Remedy))
                {
                    yield return $"{Indent}-> {finding.Remedy}";
                }
            }
            if (shown < next)
            {
                yield return $"{Indent}and {next - shown} more";
            }
        }
        yield return "";
        yield return IsFine && Count(Severity.Warn) == 0
            ? findings.Any(finding => finding.IsOpen) ? "All is well, but for the hints" : "All is well"
            : $"{Count(Severity.Bad)} bad, {Count(Severity.Warn)} to look at";
    }

    /// <summary>All of it, for programs.</summary>
    public string ToJson() => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("is_fine", IsFine);
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("area", finding.Area);
            json.WriteString("severity", Word(finding.Severity));
            json.WriteString("what", finding.What);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Word(Severity severity) => severity switch
    {
        Severity.Ok => "ok",
        Severity.Hint => "hint",
        Severity.Warn => "warn",
        _ => "bad",
    };

    private int EndOfKind(int start)
    {
        int end = start;
        while (end < findings.Count
            && findings[end].Area == findings[start].Area && findings[end].Severity == findings[start].Severity)
        {
            end++;
        }
        return end;
    }

    private int Count(Severity severity)
    {
        int count = 0;
        foreach (var finding in findings)
        {
            count += finding.Severity == severity ? 1 : 0;
        }
        return count;
    }
}
