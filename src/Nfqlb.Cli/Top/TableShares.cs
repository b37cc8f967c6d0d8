using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Top;

/// <summary>The slots' shares of the tables of pools, which stay open from look to look.</summary>
internal sealed class TableShares
{
    private readonly Dictionary<string, PoolSegment> _segments = [];

    /// <summary>By slot, 0 to 1; null where there is no such pool, or none that this user may read.</summary>
    public double[]? Of(string pool)
    {
        if (Find(pool) is not { } segment)
        {
            return null;
        }
        int[] entries = new int[segment.Size.Entries];
        segment.Read([], entries);
        double[] shares = new double[segment.Size.Slots];
        foreach (int slot in entries)
        {
            if (slot >= 0 && slot < shares.Length)
            {
                shares[slot] += 1.0 / entries.Length;
            }
        }
        return shares;
    }

    private PoolSegment? Find(string pool)
    {
        if (_segments.TryGetValue(pool, out var open) && !open.IsRetired)
        {
            return open;
        }
        _segments.Remove(pool);
        if (!PoolName.TryParse(pool, out var name, out _))
        {
            return null;
        }
        try
        {
            return PoolDirectory.TryOpen(name) is { } segment ? _segments[pool] = segment : null;
        }
        catch (PoolException)
        {
            // Of another user, or in another /dev/shm: its targets are shown without an ideal share.
            return null;
        }
    }
}
