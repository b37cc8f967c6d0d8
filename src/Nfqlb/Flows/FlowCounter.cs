namespace Nfqlb.Flows;

/// <summary>Counts the packets of a flow: each worker in a cache line of its own, summed on demand.</summary>
/// <remarks>64 bit. A worker writes only its own count, without locks; whoever reads may miss the last few.</remarks>
public sealed class FlowCounter
{
    private const int LongsPerCacheLine = 8;

    private readonly long[] _counts;

    /// <summary>All counts at 0.</summary>
    /// <param name="workers">How many workers count.</param>
    public FlowCounter(int workers) => _counts = new long[(workers + 1) * LongsPerCacheLine];

    /// <summary>The sum over all workers.</summary>
    public long Sum
    {
        get
        {
            long sum = 0;
            for (int i = LongsPerCacheLine; i < _counts.Length; i += LongsPerCacheLine)
            {
                sum += Volatile.Read(ref _counts[i]);
            }
            return sum;
        }
    }

    /// <summary>One packet more.</summary>
    /// <param name="worker">From 0; only this worker's thread may say so.</param>
    public void Increment(int worker) => _counts[(worker + 1) * LongsPerCacheLine]++;
}
