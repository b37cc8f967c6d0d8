using Nfqlb.Maglev;

namespace Nfqlb.Benchmarks.Support;

/// <summary>Pools in ordinary memory.</summary>
internal static class Pools
{
    /// <summary>A pool whose slots are all taken, marks from 1.</summary>
    public static TargetPool Full(string name, int entries, int slots)
    {
        var segment = Empty(entries, slots);
        segment.Publish([.. Enumerable.Range(1, slots)]);
        return PoolName.TryParse(name, out var poolName, out string reason)
            ? new TargetPool(poolName, segment, workers: 1)
            : throw new ArgumentException(reason, nameof(name));
    }

    /// <summary>A segment without targets.</summary>
    public static PoolSegment Empty(int entries, int slots)
    {
        var size = new PoolSize(entries, slots);
        return PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
    }
}
