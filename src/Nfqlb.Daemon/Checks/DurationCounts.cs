using System.Collections.Immutable;

namespace Nfqlb.Daemon.Checks;

/// <summary>How long something took, by classes.</summary>
/// <param name="Counts">Of each class; the last is of those beyond all bounds.</param>
/// <param name="Sum">In all.</param>
internal readonly record struct DurationCounts(ImmutableArray<long> Counts, TimeSpan Sum)
{
    /// <summary>The longest of each class.</summary>
    public static readonly ImmutableArray<TimeSpan> Bounds =
    [
        TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10),
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500),
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5),
    ];
}
