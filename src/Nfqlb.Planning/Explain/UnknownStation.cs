using System.Text.Json;

namespace Nfqlb.Planning.Explain;

/// <summary>A part of the way that could not be looked at, so that nothing behind it is known either.</summary>
/// <param name="Part">Its name.</param>
/// <param name="Reason">Why, in a line.</param>
public sealed record UnknownStation(string Part, string Reason) : Station
{
    /// <inheritdoc/>
    public override string Name => Part;

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => ["not checked"];

    /// <inheritdoc/>
    public override string? End => $"not known: {Reason}";

    /// <summary>What lets it be known; null for nothing that is known here.</summary>
    public string? Mend { get; init; }

    /// <inheritdoc/>
    public override string? Remedy => Mend;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => json.WriteString("not_checked", Reason);
}
