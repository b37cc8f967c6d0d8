using System.Collections.Immutable;

namespace Nfqlb.Checks;

/// <summary>A command that checks a target: the file to execute, by its whole path, and its arguments.</summary>
/// <param name="Words">At least one.</param>
public sealed record CheckCommand(ImmutableArray<string> Words)
{
    /// <summary>Most words.</summary>
    public const int MostWords = 32;

    /// <inheritdoc/>
    public bool Equals(CheckCommand? other) => other is not null && Words.AsSpan().SequenceEqual(other.Words.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Words[0], Words.Length);

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Words);
}
