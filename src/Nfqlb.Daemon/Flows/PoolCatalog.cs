using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Flows;

/// <summary>The pools that this balancer has open, one object a name, however many flows refer to it.</summary>
/// <param name="flows">The flows that keep pools in use.</param>
/// <param name="connections">Remembers connections while tables change; null where they go by the table alone.</param>
internal sealed class PoolCatalog(FlowTable flows, ConnectionTable? connections = null)
{
    /// <summary>Far longer than a worker is at a batch, in which it asks for the time but once.</summary>
    private const long ForgetAfterNanoseconds = 1_000_000_000;

    private readonly Lock _changes = new();
    private readonly Dictionary<PoolName, TargetPool> _pools = [];
    private readonly Dictionary<PoolName, SegmentIdentity?> _attached = [];
    private readonly List<TargetPool> _kept = [];
    private FlowSet? _pruned;
    private DateTime _namesChanged;
    private bool _areNamesSettled;

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
                    _attached.Remove(unused.Name);
                }
                _pruned = current;
            }
            bool haveNamesChanged = HaveNamesChanged();
            foreach (var pool in _pools.Values.Where(pool =>
                pool.Segment.IsRetired || haveNamesChanged && IsMadeAnew(pool.Name)))
            {
                Follow(pool);
            }
            if (connections is not null)
            {
                EndDrains(connections);
            }
        }
    }

    /// <summary>Takes up tables of which no packet has told yet. Where nothing drains, nothing needs to be remembered:
    /// a drain that begins meanwhile is younger than what is forgotten.</summary>
    private void EndDrains(ConnectionTable remembered)
    {
        long before = remembered.Options.Clock() - ForgetAfterNanoseconds;
        bool drains = false;
        foreach (var pool in _pools.Values)
        {
            drains |= pool.Follow().Draining is { Moved: not null };
        }
        if (!drains)
        {
            remembered.ForgetOlder(before);
        }
    }

    private TargetPool Open(PoolName name)
    {
        if (!_pools.TryGetValue(name, out var pool))
        {
            pool = new TargetPool(name, Attach(name), flows.Workers, connections);
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

    private PoolSegment Attach(PoolName name)
    {
        var segment = Attachments.Measure(() => PoolDirectory.OpenTrusted(name));
        _attached[name] = IdentityOf(name);
        return segment;
    }

    /// <summary>True where some name may lead elsewhere than at the last look; and once more, as two changes may have
    /// one time.</summary>
    private bool HaveNamesChanged()
    {
        var changed = PoolDirectory.NamesChanged;
        bool isNew = changed != _namesChanged;
        bool isDue = isNew || !_areNamesSettled;
        (_namesChanged, _areNamesSettled) = (changed, !isNew);
        return isDue;
    }

    /// <summary>Somebody has removed the file of a pool, without telling, and made another.</summary>
    private bool IsMadeAnew(PoolName name) =>
        IdentityOf(name) is { } now && _attached.TryGetValue(name, out var before) && now != before;

    /// <summary>Null where there is none that can be opened.</summary>
    private static SegmentIdentity? IdentityOf(PoolName name)
    {
        try
        {
            return SharedMemorySegment.FindIdentity(name.Text);
        }
        catch (SystemCallException)
        {
            return null; // The old table serves on.
        }
    }

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
