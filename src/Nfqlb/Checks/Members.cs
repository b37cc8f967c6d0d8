using Nfqlb.Maglev;

namespace Nfqlb.Checks;

/// <summary>The health that a pool is told, which is not always what checks have found: where too few targets would be
/// left, those that are bad are used all the same.</summary>
/// <remarks>
/// Of the targets that are up and have a weight a share of <c>panic</c> must not be bad, or the pool panics: what was
/// found bad is published as unknown, so that it takes packets and is not said to be good. Panic ends ten points higher
/// than it begins. Where targets have priorities, one priority with enough good ones is enough, as it can stand in for
/// the others.
/// </remarks>
public static class Members
{
    /// <summary>Panic ends when so many per cent more are good than it takes to begin.</summary>
    private const int MarginPercent = 10;

    /// <summary>True where too few targets are good.</summary>
    /// <param name="targets">What stands in the pool's slots, with the health that was found.</param>
    /// <param name="panicPercent">0 to 100: the share that must not be bad; 0 for never.</param>
    /// <param name="isPanic">It was so until now.</param>
    public static bool IsPanic(ReadOnlySpan<SlotTarget?> targets, int panicPercent, bool isPanic)
    {
        var priorities = new Dictionary<ushort, (int Wanted, int Good)>();
        foreach (var target in targets)
        {
            if (target is { } one && IsWanted(one))
            {
                var (wanted, good) = priorities.GetValueOrDefault(one.Priority);
                priorities[one.Priority] = (wanted + 1, one.Health == TargetHealth.Bad ? good : good + 1);
            }
        }
        int least = Math.Min(panicPercent + (isPanic ? MarginPercent : 0), 100);
        bool isPanicNow = panicPercent > 0 && priorities.Count > 0;
        foreach (var (wanted, good) in priorities.Values)
        {
            isPanicNow &= 100L * good < (long)least * wanted;
        }
        return isPanicNow;
    }

    /// <summary>What the pool is told of a target.</summary>
    /// <param name="target">With the health that was found.</param>
    /// <param name="isPanic">Too few are good.</param>
    public static TargetHealth Published(in SlotTarget target, bool isPanic) =>
        isPanic && target.Health == TargetHealth.Bad && IsWanted(target) ? TargetHealth.Unknown : target.Health;

    private static bool IsWanted(in SlotTarget target) => target is { State: TargetState.Up, Weight: > 0 };
}
