using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Daemon.Flows;

/// <summary>A pool with its targets, read in one piece.</summary>
/// <param name="Pool">Whose.</param>
/// <param name="Content">What it was told last.</param>
internal sealed record PoolReading(TargetPool Pool, PoolContent Content)
{
    /// <summary>By slot; -1 where the slot is empty.</summary>
    public int[] Marks { get; } = Content.Marks;

    /// <summary>The table in force now, in one piece; O(M).</summary>
    public PoolSnapshot ReadTable() => Pool.Segment.Snapshot();

    /// <summary>Those with a target, or that had one which was given packets.</summary>
    public IEnumerable<int> SlotsInUse
    {
        get
        {
            for (int slot = 0; slot < Marks.Length; slot++)
            {
                if (Marks[slot] >= 0 || Pool.PacketsOf(slot) > 0)
                {
                    yield return slot;
                }
            }
        }
    }

    /// <summary>How many slots have a target.</summary>
    public int ActiveTargets
    {
        get
        {
            int active = 0;
            foreach (int mark in Marks)
            {
                active += mark >= 0 ? 1 : 0;
            }
            return active;
        }
    }

    /// <summary>The pools that flows lead to, by name.</summary>
    public static IReadOnlyList<PoolReading> All(FlowTable flows)
    {
        var readings = new SortedList<string, PoolReading>(StringComparer.Ordinal);
        foreach (var pool in flows.Pools())
        {
            readings[pool.Name.Text] = new PoolReading(pool, pool.Segment.ReadContent());
        }
        return [.. readings.Values];
    }
}
