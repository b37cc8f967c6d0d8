using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>Pseudocode 1 of the Maglev paper (NSDI 2016, §3.4), with the whole permutation matrix written
/// out.</summary>
internal static class TextbookTable
{
    /// <summary>The slot of each entry; -1 everywhere when no slot is active.</summary>
    /// <param name="size">M, a prime.</param>
    /// <param name="offsetsAndSkips">By slot.</param>
    /// <param name="active">The slots that take turns, in order.</param>
    public static int[] Fill(int size, (int Offset, int Skip)[] offsetsAndSkips, int[] active)
    {
        var entry = Enumerable.Repeat(-1, size).ToArray();
        if (active.Length == 0)
        {
            return entry;
        }
        var permutation = active.ToDictionary(
            slot => slot,
            slot => Enumerable.Range(0, size)
                .Select(j => (int)((offsetsAndSkips[slot].Offset + (long)j * offsetsAndSkips[slot].Skip) % size))
                .ToArray());
        var next = active.ToDictionary(slot => slot, _ => 0);
        for (int filled = 0; ;)
        {
            foreach (int slot in active)
            {
                while (entry[permutation[slot][next[slot]]] >= 0)
                {
                    next[slot]++;
                }
                entry[permutation[slot][next[slot]++]] = slot;
                if (++filled == size)
                {
                    return entry;
                }
            }
        }
    }

    /// <summary>The table of a pool with these marks (-1 for none), as nfqlb 1.2.0 fills it.</summary>
    public static int[] OfPool(PoolSize size, int[] marks)
    {
        int[] active = [.. Enumerable.Range(0, size.Slots).Where(slot => marks[slot] >= 0)];
        return Fill(size.Entries, OffsetsAndSkips(size), active);
    }

    /// <summary>The offset and skip of each slot, as nfqlb 1.2.0 draws them.</summary>
    public static (int Offset, int Skip)[] OffsetsAndSkips(PoolSize size)
    {
        var random = new GlibcRandom();
        var offsetsAndSkips = new (int, int)[size.Slots];
        for (int slot = 0; slot < size.Slots; slot++)
        {
            int offset = random.Next() % size.Entries;
            offsetsAndSkips[slot] = (offset, random.Next() % (size.Entries - 1) + 1);
        }
        return offsetsAndSkips;
    }
}
