using System.Text.Json;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Which routing rule its mark leads it by.</summary>
/// <param name="Walk">Through the rules.</param>
/// <param name="Mark">The packet's.</param>
/// <param name="IsLocal">Its destination is an address of this host.</param>
public sealed record RuleStation(RuleWalk Walk, uint Mark, bool IsLocal) : Station
{
    /// <inheritdoc/>
    public override string Name => "rule";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            var lines = new List<string>();
            foreach (var rule in Walk.Passed)
            {
                if (rule.Fwmark is not null)
                {
                    lines.Add($"{rule}: no route there, so the next rule follows");
                }
            }
            lines.Add(Walk.Found is { } found ? $"{found}" : "none that is known");
            lines.Add($"{Walk.Steps} rules walked");
            return lines;
        }
    }

    /// <inheritdoc/>
    public override string? End => Walk.Found switch
    {
        { Fwmark: not null } => null,
        { } when IsLocal => "it is an address of this host, and is delivered here",
        { } => $"no rule leads mark {Mark} to a target: it goes where unmarked packets go",
        null => $"no rule leads mark {Mark} to a route: it is dropped",
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        if (Walk.Found is { } found)
        {
            json.WriteNumber("priority", found.Priority);
            json.WriteString("rule", $"{found}");
        }
        json.WriteNumber("steps", Walk.Steps);
        json.WriteStartArray("passed");
        foreach (var rule in Walk.Passed)
        {
            json.WriteStringValue($"{rule}");
        }
        json.WriteEndArray();
    }
}
