using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>A pool at one moment: what it was told, and the table that followed.</summary>
/// <param name="Generation">Tables published in the pool's memory so far.</param>
/// <param name="Content">Settings and targets.</param>
/// <param name="Entries">M of them: the slot of each; -1 for none.</param>
public sealed record PoolSnapshot(ulong Generation, PoolContent Content, int[] Entries)
{
    /// <summary>The hash by which this pool looks a packet up.</summary>
    public uint HashOf(HashMode mode, HashRule rule, in PacketKey key) => Content.Shape.HashOf(mode, rule, key);

    /// <summary>The whole look-up, step by step: entry, slot, mark.</summary>
    public Location Locate(uint hash)
    {
        int entry = (int)(hash % (uint)Entries.Length);
        return Entries[entry] is >= 0 and var slot && Content.Slots[slot] is { } target
            ? new Location(entry, slot, target.Mark)
            : new Location(entry, null, null);
    }

    /// <summary>How many entries each slot has.</summary>
    public int[] EntriesBySlot()
    {
        var counts = new int[Content.Slots.Length];
        foreach (int slot in Entries)
        {
            if (slot >= 0)
            {
                counts[slot]++;
            }
        }
        return counts;
    }
}
