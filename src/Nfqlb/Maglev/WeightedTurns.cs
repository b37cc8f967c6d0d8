using System.Buffers;

namespace Nfqlb.Maglev;

/// <summary>Slots take turns by weight: each as often as its share, and as evenly as whole numbers allow.</summary>
/// <remarks>
/// Turn k of a slot is due at (2k + 1) * sum(w) / (2w), rounded down, in the middle of its k-th stride; turns that are
/// due at once are taken in the order of the slots. Equal weights make that the round robin of
/// <see cref="RoundRobin"/>. The last turn of a slot whose share was rounded up may be due behind the end: it is taken
/// at the end.
/// </remarks>
public struct WeightedTurns : ITurns, IDisposable
{
    /// <summary>Bits of a time behind the point. See <see cref="FirstDue"/>.</summary>
    private const int Fraction = 42;

    private readonly ushort[] _turns;
    private int _next;

    /// <summary>Lays the turns out: O(M + N).</summary>
    /// <param name="slots">The active slots, in order; at least one.</param>
    /// <param name="weights">Of each, 1 to 2^19 - 1.</param>
    /// <param name="entries">M, below 2^20.</param>
    public WeightedTurns(ReadOnlySpan<int> slots, ReadOnlySpan<int> weights, int entries)
    {
        int[] shares = Shares.Of(weights, entries);
        ulong sum = 0;
        foreach (int weight in weights)
        {
            sum += (uint)weight;
        }

        // A counting sort by the time that each turn is due. Reckoning the times twice is faster than keeping them.
        int[] rented = ArrayPool<int>.Shared.Rent(entries + 2);
        var starts = rented.AsSpan(0, entries + 2);
        starts.Clear();
        for (int i = 0; i < shares.Length; i++)
        {
            ulong due = FirstDue(sum, weights[i], entries), stride = 2 * due;
            for (int left = shares[i]; left > 0; left--, due += stride)
            {
                starts[Math.Min((int)(due >> Fraction), entries) + 1]++;
            }
        }
        int start = 0;
        foreach (ref int next in starts)
        {
            start += next;
            next = start;
        }
        ushort[] turns = ArrayPool<ushort>.Shared.Rent(entries);
        for (int i = 0; i < shares.Length; i++)
        {
            ushort slot = (ushort)slots[i];
            ulong due = FirstDue(sum, weights[i], entries), stride = 2 * due;
            for (int left = shares[i]; left > 0; left--, due += stride)
            {
                turns[starts[Math.Min((int)(due >> Fraction), entries)]++] = slot;
            }
        }
        ArrayPool<int>.Shared.Return(rented);
        _turns = turns;
        _next = 0;
    }

    /// <inheritdoc/>
    public int Next() => _turns[_next++];

    /// <summary>Gives the memory back. No copy of this may be used any more.</summary>
    public readonly void Dispose() => ArrayPool<ushort>.Shared.Return(_turns);

    /// <summary>sum / (2w) in units of 2^-42, rounded up; M at most: who comes later than that has one turn.</summary>
    /// <remarks>
    /// 2k + 1 times that is above the true time by less than 2^21 * 2^-42 = 2^-21, as k is at most M. A true time is
    /// 1 / (2w), which is more than 2^-20, below the next whole number or more. So its whole part is exact.
    /// </remarks>
    private static ulong FirstDue(ulong sum, int weight, int entries)
    {
        ulong divisor = 2 * (uint)weight;
        (ulong whole, ulong rest) = Math.DivRem(sum, divisor);
        return whole >= (uint)entries
            ? (ulong)entries << Fraction
            : (whole << Fraction) + ((rest << Fraction) + divisor - 1) / divisor;
    }
}
