using System.Collections.Immutable;
using Nfqlb.Maglev;

namespace Nfqlb.Planning.Model;

/// <summary>A pool as it is asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">M, a prime, and N; the seed, where targets are known by name.</param>
/// <param name="Settings">What holds for it as a whole.</param>
public sealed record DesiredPool(PoolName Name, PoolShape Shape, PoolSettings Settings)
{
    /// <summary>M and N.</summary>
    public PoolSize Size => Shape.Size;

    /// <summary>Somebody else made it: only the slots of its targets are ours. No document says so; the commands on
    /// single targets do, of a pool that was there before.</summary>
    public bool IsBorrowed { get; init; }

    /// <summary>How its targets are checked; null where they are not, unless they say so themselves.</summary>
    public DesiredCheck? Check { get; init; }

    /// <summary>So many per cent of its targets must not be bad, or all are used; 0 for never.</summary>
    public int PanicPercent { get; init; }

    /// <summary>Who begins to take packets gets its weight little by little; null for all of it at once.</summary>
    public SlowStart? SlowStart { get; init; }

    /// <summary>By slot.</summary>
    public ImmutableArray<DesiredTarget> Targets { get; init; } = [];

    /// <summary>The target of this name, or where no name is given, of this slot; null when there is none.</summary>
    public DesiredTarget? Find(string? name, int? slot) => Targets.FirstOrDefault(
        target => name is null ? target.Slot == slot : target.Name == name);
}
