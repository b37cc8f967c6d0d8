using Nfqlb.Daemon.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Health;

/// <summary>Looks from time to time whether pools were replaced, have another table, or are no longer used.</summary>
/// <param name="pools">The pools to look at.</param>
/// <param name="changed">Is told of pools that have another table.</param>
internal sealed class PoolWatch(PoolCatalog pools, Action<TargetPool> changed) : IWatch
{
    /// <summary>Between two looks; each is a glance at a word of memory a pool, and one system call.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<TargetPool, Table> _seen = [];

    /// <inheritdoc/>
    public TimeSpan Period => Interval;

    /// <inheritdoc/>
    public void Look()
    {
        pools.Refresh();
        var all = pools.All();
        foreach (var pool in all)
        {
            var table = new Table(pool.Segment, pool.Segment.Generation);
            if (_seen.TryGetValue(pool, out var before) && before.Segment == table.Segment && before != table)
            {
                changed(pool);
            }
            _seen[pool] = table;
        }
        if (_seen.Count > all.Length)
        {
            foreach (var gone in _seen.Keys.Except(all))
            {
                _seen.Remove(gone);
            }
        }
    }

    private readonly record struct Table(PoolSegment Segment, ulong Generation);
}
