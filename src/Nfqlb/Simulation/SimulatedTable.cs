using Nfqlb.Maglev;

namespace Nfqlb.Simulation;

/// <summary>A pool and the table that follows, made by the code that balances.</summary>
public sealed class SimulatedTable
{
    private readonly ushort[] _slots;
    private readonly double[] _idealBySlot;

    /// <param name="pool">Its targets have names, also where they are known by slot.</param>
    /// <param name="last">The table before; null for none. It stays where no target can take packets, if the pool is
    /// one of those.</param>
    public SimulatedTable(PoolContent pool, SimulatedTable? last = null)
    {
        Pool = pool;
        _slots = new ushort[pool.Shape.Size.Entries];
        _idealBySlot = new double[pool.Slots.Length];
        if (!PoolTable.Fill(pool, _slots) && pool.Settings.WhenEmpty == WhenEmpty.Keep && last is not null)
        {
            last._slots.CopyTo(_slots, 0);
            last._idealBySlot.CopyTo(_idealBySlot, 0);
        }
        int[] active = ActiveTargets.Of(pool);
        double sum = active.Sum(slot => pool.Slots[slot]!.Value.EffectiveWeight);
        foreach (int slot in active)
        {
            _idealBySlot[slot] = Entries * pool.Slots[slot]!.Value.EffectiveWeight / sum;
        }
        SlotsInUse = [.. Enumerable.Range(0, pool.Slots.Length).Where(slot => pool.Slots[slot] is not null)];
        EntriesBySlot = new int[pool.Slots.Length];
        foreach (ushort slot in _slots)
        {
            if (slot != LookupTable.Free)
            {
                EntriesBySlot[slot]++;
            }
        }
    }

    /// <summary>What it follows from.</summary>
    public PoolContent Pool { get; }

    /// <summary>Those that have a target.</summary>
    public int[] SlotsInUse { get; }

    /// <summary>By slot.</summary>
    public int[] EntriesBySlot { get; }

    /// <summary>M.</summary>
    public int Entries => _slots.Length;

    /// <summary>The slot of an entry; null for none.</summary>
    public int? SlotOf(int entry) => _slots[entry] == LookupTable.Free ? null : _slots[entry];

    /// <summary>True when two tables give an entry to the same target, or both to none.</summary>
    public bool AgreesWith(SimulatedTable other, int entry) => _slots[entry] == other._slots[entry];

    /// <summary>The share that a slot would have if entries could be cut: M * w / sum(w) of the targets that take
    /// part.</summary>
    public double IdealEntriesOf(int slot) => _idealBySlot[slot];
}
