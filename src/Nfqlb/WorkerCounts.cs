using System.Runtime.CompilerServices;

namespace Nfqlb;

/// <summary>A row of counts for each worker, summed on demand.</summary>
/// <remarks>64 bit. Dense, so that the counts of 10,000 flows stay in a worker's cache; apart, so that workers do not
/// share cache lines. A worker writes only its own row, without locks; whoever reads may miss the last few.</remarks>
internal sealed class WorkerCounts
{
    private const int LongsPerCacheLine = 8;

    private readonly long[][] _rows;

    /// <summary>What the rows held when the count of a place began anew.</summary>
    private readonly long[] _starts;

    /// <summary>All counts at 0.</summary>
    public WorkerCounts(int workers, int length)
    {
        _rows = new long[workers][];
        _starts = new long[length];
        for (int worker = 0; worker < workers; worker++)
        {
            _rows[worker] = new long[length + 2 * LongsPerCacheLine];
        }
    }

    /// <summary>Numbers the places of several rows; 0 where there is but one.</summary>
    public int FirstNumber { get; init; }

    /// <summary>One more; only this worker's thread may say so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment(int worker, int index) => _rows[worker][index + LongsPerCacheLine]++;

    /// <summary>From now on the sum is what is counted from now on. Workers may go on meanwhile.</summary>
    public void Restart(int index) => _starts[index] += Sum(index);

    /// <summary>Counts on from what was counted before. Only while no worker counts.</summary>
    public void Carry(int index, long count) => _rows[0][index + LongsPerCacheLine] += count;

    /// <summary>So many more; only this worker's thread may say so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int worker, int index, long amount) => _rows[worker][index + LongsPerCacheLine] += amount;

    /// <summary>The sum over all workers.</summary>
    public long Sum(int index)
    {
        long sum = -Volatile.Read(ref _starts[index]);
        foreach (long[] row in _rows)
        {
            sum += Volatile.Read(ref row[index + LongsPerCacheLine]);
        }
        return sum;
    }
}
