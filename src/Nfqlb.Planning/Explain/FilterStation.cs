using System.Text.Json;
using Nfqlb.Filters;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Explain;

/// <summary>Whether packet filters let it be forwarded.</summary>
/// <param name="Destination">Where it goes to.</param>
/// <param name="Walk">Through the filters' chains.</param>
public sealed record FilterStation(Address Destination, FilterWalk Walk) : Station
{
    /// <inheritdoc/>
    public override string Name => "filter";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        .. Walk.NotInterpreted.Select(chain => $"{chain} may drop it: not checked"),
        .. Walk.DroppedBy is { } chain ? [$"{chain} drops it"] : (string[])[],
    ];

    /// <inheritdoc/>
    public override string? End => Walk.DroppedBy is { } chain ? $"the filter {chain} drops it" : null;

    /// <inheritdoc/>
    public override string? Remedy =>
        Walk.DroppedBy is { } chain ? Objects.Remedy.LetThrough(chain, Destination) : null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("dropped_by", Walk.DroppedBy?.ToString());
        json.WriteStartArray("not_checked");
        foreach (var chain in Walk.NotInterpreted)
        {
            json.WriteStringValue($"{chain}");
        }
        json.WriteEndArray();
    }
}
