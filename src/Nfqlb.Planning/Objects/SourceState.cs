using System.Text.Json.Serialization;

namespace Nfqlb.Planning.Objects;

/// <summary>How far targets that are found somewhere are what is there.</summary>
/// <param name="Name">Where they are found.</param>
public sealed record SourceState(string Name)
{
    /// <summary>So many are known.</summary>
    public int Targets { get; init; }

    /// <summary>How old what is known is: zero while each change is told; null where nothing is known.</summary>
    [JsonPropertyName("age_seconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Age { get; init; }

    /// <summary>Why changes are not told, in a line; null where they are, or are about to be.</summary>
    public string? Problem { get; init; }
}
