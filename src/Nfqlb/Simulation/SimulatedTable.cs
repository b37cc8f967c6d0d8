using Nfqlb.Maglev;

namespace Nfqlb.Simulation;

/// <summary>A pool and the table that follows, made by the code that balances.</summary>
public sealed class SimulatedTable
{
    private readonly ushort[] _slots;

    /// <param name="pool">Its targets have names, also where they are known by slot.</param>
    public SimulatedTable(PoolContent pool)
    {
        Pool = pool;
        _slots = new ushort[pool.Shape.Size.Entries];
        PoolTable.Fill(pool, _slots);
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
    public double IdealEntriesOf(int slot)
    {
        if (EntriesBySlot[slot] == 0 && Pool.Slots[slot] is not { CanTakePackets: true })
        {
            return 0;
        }
        double sum = 0;
        foreach (var target in Pool.Slots)
        {
            sum += target is { CanTakePackets: true } able ? able.Weight : 0;
        }
        return sum == 0 ? 0 : Entries * Pool.Slots[slot]!.Value.Weight / sum;
    }
}
