namespace Nfqlb.Flows;

/// <summary>Counts of some flows, those of a worker side by side.</summary>
/// <remarks>Dense, so that the counts of 10,000 flows stay in a worker's cache; apart, so that workers do not share
/// cache lines.</remarks>
internal sealed class CounterBlock
{
    /// <summary>How many flows a block counts.</summary>
    public const int Size = 256;

    private const int LongsPerCacheLine = 8;

    private readonly long[][] _counts;

    public CounterBlock(int workers)
    {
        _counts = new long[workers][];
        for (int worker = 0; worker < workers; worker++)
        {
            _counts[worker] = new long[Size + 2 * LongsPerCacheLine];
        }
    }

    public void Increment(int worker, int index) => _counts[worker][index + LongsPerCacheLine]++;

    public long Sum(int index)
    {
        long sum = 0;
        foreach (long[] counts in _counts)
        {
            sum += Volatile.Read(ref counts[index + LongsPerCacheLine]);
        }
        return sum;
    }
}
