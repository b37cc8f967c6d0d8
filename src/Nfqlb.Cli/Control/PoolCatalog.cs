using Nfqlb.Cli.Metrics;
using Nfqlb.Flows;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Control;

/// <summary>The pools that this balancer has open, one object a name, however many flows refer to it.</summary>
/// <param name="flows">The flows that keep pools in use.</param>
internal sealed class PoolCatalog(FlowTable flows)
{
    private readonly Lock _changes = new();
    private readonly Dictionary<PoolName, TargetPool> _pools = [];
    private readonly List<TargetPool> _kept = [];
    private FlowSet? _pruned;

    /// <summary>Pools that were opened, and how long it took.</summary>
    public Durations Attachments { get; } = new();

    /// <summary>Times a name has led to a new segment.</summary>
    public long Replacements { get; private set; }

    /// <summary>Told the name of a pool when it leads to a new segment.</summary>
    public Action<PoolName>? Replaced { get; init; }

    /// <summary>The pools that are open, in no order.</summary>
    public TargetPool[] All()
    {
        lock (_changes)
        {
            return [.. _pools.Values];
        }
    }

    /// <summary>Opens a pool, or takes the one that is open already, for a change of flows.</summary>
    /// <param name="name">Which pool.</param>
    /// <param name="change">Makes a flow refer to the pool, which may be forgotten as unused when it returns.</param>
    /// <exception cref="PoolException">There is none, or it is no pool.</exception>
    public void Use(PoolName name, Action<TargetPool> change)
    {
        lock (_changes)
        {
            change(Open(name));
        }
    }

    /// <summary>The same for many pools.</summary>
    /// <param name="change">Is given what opens a pool, or throws a <see cref="PoolException"/>.</param>
    public void UseMany(Action<Func<PoolName, TargetPool>> change)
    {
        lock (_changes)
        {
            change(Open);
        }
    }

    /// <summary>Opens a pool for good, whether flows refer to it or not.</summary>
    /// <exception cref="PoolException">There is none, or it is no pool.</exception>
    public TargetPool Keep(PoolName name)
    {
        lock (_changes)
        {
            var pool = Open(name);
            _kept.Add(pool);
            return pool;
        }
    }

    /// <summary>Follows names that lead to a new segment, and forgets pools that nothing refers to.</summary>
    public void Refresh()
    {
        lock (_changes)
        {
            var current = flows.Current;
            if (current != _pruned)
            {
                var used = flows.Pools().Concat(_kept).ToHashSet();
                foreach (var unused in _pools.Values.Where(pool => !used.Contains(pool)).ToArray())
                {
                    _pools.Remove(unused.Name);
                }
                _pruned = current;
            }
            foreach (var pool in _pools.Values.Where(pool => pool.Segment.IsRetired))
            {
                Follow(pool);
            }
        }
    }

    private TargetPool Open(PoolName name)
    {
        if (!_pools.TryGetValue(name, out var pool))
        {
            pool = new TargetPool(name, Attach(name), flows.Workers);
            _pools.Add(name, pool);

            // Whatever refers to it may be gone by the next look, and the flows be the same set as at the last one.
            _pruned = null;
        }
        else if (pool.Segment.IsRetired)
        {
            Replace(pool);
        }
        return pool;
    }

    private PoolSegment Attach(PoolName name) => Attachments.Measure(() => PoolDirectory.OpenTrusted(name));

    private void Replace(TargetPool pool)
    {
        pool.Segment = Attach(pool.Name);
        Replacements++;
        Replaced?.Invoke(pool.Name);
    }

    private void Follow(TargetPool pool)
    {
        try
        {
            Replace(pool);
        }
        catch (PoolException)
        {
            // Deleted and not made anew, or being made now: the old table serves on, as it did in nfqlb 1.2.0.
        }
    }
}
