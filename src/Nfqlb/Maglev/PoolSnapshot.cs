namespace Nfqlb.Maglev;

/// <summary>A pool at one moment: what it was told, and the table that followed.</summary>
/// <param name="Generation">Tables published in the pool's memory so far.</param>
/// <param name="Content">Settings and targets.</param>
/// <param name="Entries">M of them: the slot of each; -1 for none.</param>
public sealed record PoolSnapshot(ulong Generation, PoolContent Content, int[] Entries)
{
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
