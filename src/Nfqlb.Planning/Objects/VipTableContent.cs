using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Objects;

/// <summary>What the kernel's table of virtual addresses does.</summary>
/// <param name="Prefixes">The packets it queues, by their destination: sorted, each once.</param>
/// <param name="Queues">How it queues them.</param>
public sealed record VipTableContent(ImmutableArray<Cidr> Prefixes, DesiredQueues Queues)
{
    private static readonly Comparer<Cidr> ByAddress = Comparer<Cidr>.Create((one, other) =>
        (one.Base.High, one.Base.Low, one.PrefixLength).CompareTo(
            (other.Base.High, other.Base.Low, other.PrefixLength)));

    /// <summary>Of a table that was looked at: what of it is not as such a table is made, a line each.</summary>
    public ImmutableArray<string> Faults { get; init; } = [];

    /// <summary>Of prefixes in any order.</summary>
    public static VipTableContent Of(IEnumerable<Cidr> prefixes, DesiredQueues queues)
    {
        Cidr[] sorted = [.. prefixes.Distinct()];
        Array.Sort(sorted, ByAddress);
        return new VipTableContent([.. sorted], queues);
    }

    /// <inheritdoc/>
    public bool Equals(VipTableContent? other) =>
        other is not null && Queues == other.Queues && Prefixes.AsSpan().SequenceEqual(other.Prefixes.AsSpan())
        && Faults.AsSpan().SequenceEqual(other.Faults.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Queues, Prefixes.Length);
}
