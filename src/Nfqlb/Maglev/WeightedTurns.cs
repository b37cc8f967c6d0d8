namespace Nfqlb.Maglev;

/// <summary>Slots take turns by weight: each as often as its share, and as evenly as whole numbers allow.</summary>
/// <remarks>
/// Turn k of a slot is due at (2k + 1) * sum(w) / (2w), in the middle of its k-th stride; turns that are due at once
/// are taken in the order of the slots. Equal weights make that the round robin of <see cref="RoundRobin"/>. The last
/// turn of a slot whose share was rounded up may be due behind the end: it is taken at the end.
/// </remarks>
public struct WeightedTurns : ITurns
{
    private readonly ushort[] _turns;
    private int _next;

    /// <summary>Lays the turns out: O(M + N).</summary>
    /// <param name="slots">The active slots, in order; at least one.</param>
    /// <param name="weights">Of each, 1 to 2^20.</param>
    /// <param name="entries">M.</param>
    public WeightedTurns(ReadOnlySpan<int> slots, ReadOnlySpan<int> weights, int entries)
    {
        int[] shares = Shares.Of(weights, entries);
        long sum = 0;
        foreach (int weight in weights)
        {
            sum += weight;
        }

        // A counting sort by the time that each turn is due.
        int[] times = GC.AllocateUninitializedArray<int>(entries);
        int[] starts = new int[entries + 2];
        int turn = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            var due = new Due(sum, weights[i], entries);
            for (int k = 0; k < shares[i]; k++)
            {
                int time = due.Next();
                times[turn++] = time;
                starts[time + 1]++;
            }
        }
        int start = 0;
        foreach (ref int next in starts.AsSpan())
        {
            start += next;
            next = start;
        }
        _turns = GC.AllocateUninitializedArray<ushort>(entries);
        turn = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            ushort slot = (ushort)slots[i];
            foreach (int time in times.AsSpan(turn, shares[i]))
            {
                _turns[starts[time]++] = slot;
            }
            turn += shares[i];
        }
        _next = 0;
    }

    /// <inheritdoc/>
    public int Next() => _turns[_next++];

    /// <summary>The times (2k + 1) * sum / (2w), rounded down, without a division each.</summary>
    private struct Due
    {
        private readonly long _stride;
        private readonly long _strideRest;
        private readonly long _divisor;
        private readonly int _end;
        private long _time;
        private long _rest;

        public Due(long sum, int weight, int end)
        {
            _divisor = 2L * weight;
            (_time, _rest) = Math.DivRem(sum, _divisor);
            (_stride, _strideRest) = Math.DivRem(2 * sum, _divisor);
            _end = end;
        }

        public int Next()
        {
            int now = (int)Math.Min(_time, _end);
            _time += _stride;
            _rest += _strideRest;

            // Without a branch: which way it goes cannot be foretold.
            long over = ~((_rest - _divisor) >> 63);
            _time -= over;
            _rest -= _divisor & over;
            return now;
        }
    }
}
