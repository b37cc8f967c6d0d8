using System.Collections.Immutable;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Objects;

/// <summary>A pool as it stands in shared memory.</summary>
/// <param name="Size">M and N.</param>
/// <param name="OwnMark">The balancer's own mark.</param>
/// <param name="Marks">By slot; <see cref="Empty"/> for none.</param>
public sealed record PoolMarks(PoolSize Size, int OwnMark, ImmutableArray<int> Marks)
{
    /// <summary>In the place of a mark.</summary>
    public const int Empty = -1;

    /// <summary>A pool of this size with no targets.</summary>
    public static PoolMarks Of(PoolSize size, int ownMark) =>
        new(size, ownMark, [.. Enumerable.Repeat(Empty, size.Slots)]);

    /// <summary>The same memory can hold both.</summary>
    public bool IsLike(PoolMarks other) => (Size, OwnMark) == (other.Size, other.OwnMark);

    /// <inheritdoc/>
    public bool Equals(PoolMarks? other) =>
        other is not null && IsLike(other) && Marks.AsSpan().SequenceEqual(other.Marks.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, OwnMark, Marks.Length);

    /// <summary>For messages.</summary>
    public override string ToString() => $"M={Size.Entries} N={Size.Slots} ownfw={OwnMark}";
}
