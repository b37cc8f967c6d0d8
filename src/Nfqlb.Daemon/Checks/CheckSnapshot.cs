using System.Collections.Immutable;
using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Checks;

/// <summary>All that checks have found, at one moment.</summary>
/// <param name="Targets">By pool, then by slot.</param>
/// <param name="Pools">The pools that have targets that are checked.</param>
internal sealed record CheckSnapshot(ImmutableArray<CheckedTargetState> Targets, ImmutableArray<CheckedPoolState> Pools)
{
    /// <summary>Nothing is checked.</summary>
    public static readonly CheckSnapshot Empty = new([], []);
}

/// <summary>A target that is checked.</summary>
/// <param name="Verdict">What was found.</param>
/// <param name="Results">How many checks came to each <see cref="CheckOutcome"/>.</param>
internal sealed record CheckedTargetState(TargetVerdict Verdict, ImmutableArray<long> Results);

/// <summary>A pool with targets that are checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPanic">Too few are good: all are used.</param>
/// <param name="Durations">How long its checks took.</param>
internal sealed record CheckedPoolState(PoolName Name, bool IsPanic, DurationCounts Durations);
