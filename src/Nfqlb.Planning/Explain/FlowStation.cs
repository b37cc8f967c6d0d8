using System.Text.Json;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Explain;

/// <summary>Which flow accepts it, and which nearly do.</summary>
/// <param name="Chosen">The first that accepts it; null for none.</param>
/// <param name="IsHelper">It is caught as UDP that carries SCTP, for the chosen flow.</param>
/// <param name="Near">Flows that fail in one condition alone, and those that accept it too, but go behind.</param>
public sealed record FlowStation(Flow? Chosen, bool IsHelper, IReadOnlyList<NearFlow> Near) : Station
{
    private const int MostNear = 5;

    /// <inheritdoc/>
    public override string Name => "flow";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines
    {
        get
        {
            var lines = new List<string>
            {
                Chosen is null ? "none" : $"{Chosen.Name}, priority {Chosen.Priority}, to pool {Chosen.Target}",
            };
            for (int i = 0; i < Math.Min(MostNear, Near.Count); i++)
            {
                lines.Add($"{Near[i]}");
            }
            if (Near.Count > MostNear)
            {
                lines.Add($"and {Near.Count - MostNear} more that nearly accept it");
            }
            return lines;
        }
    }

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { Chosen: null } => "no flow accepts it: it is dropped, unless flowlb was given --nolb_fwmark",
        { IsHelper: true } => "the SCTP packet inside this UDP packet decides: ask for its ports, and sctp",
        _ => null,
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Chosen?.Name.Text);
        if (Chosen is not null)
        {
            json.WriteNumber("priority", Chosen.Priority);
        }
        json.WriteStartArray("near");
        foreach (var near in Near)
        {
            json.WriteStartObject();
            json.WriteString("name", near.Flow.Name.Text);
            json.WriteString("fails_by", near.Condition);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
