namespace Nfqlb.Maglev;

/// <summary>The fill loop of Maglev hashing: every entry of a table goes to a slot.</summary>
/// <remarks>
/// Maglev paper (NSDI 2016), §3.4, Pseudocode 1. Slots take turns; each takes the first entry of its own
/// permutation that is still free. A slot that leaves gives up its entries and few others change hands.
/// Cost: about M ln M steps; never more than M for each slot, as no slot walks its permutation twice.
/// </remarks>
public static class LookupTable
{
    /// <summary>An entry that belongs to no slot. Slots are 0 to 65,534.</summary>
    public const ushort Free = ushort.MaxValue;

    /// <summary>Fills all entries.</summary>
    /// <param name="entries">M of them; what they hold before does not matter.</param>
    /// <param name="permutations">By slot. Used up by the call: each moves on to its next wish.</param>
    /// <param name="turns">Who comes next.</param>
    public static void Fill<TTurns>(Span<ushort> entries, Span<Permutation> permutations, TTurns turns)
        where TTurns : struct, ITurns
    {
        entries.Fill(Free);
        for (int taken = 0; taken < entries.Length; taken++)
        {
            int slot = turns.Next();
            ref var wish = ref permutations[slot];
            var (entry, skip) = wish;
            int back = skip - entries.Length;
            while (entries[entry] != Free)
            {
                entry = Step(entry, back, entries.Length);
            }
            entries[entry] = (ushort)slot;
            wish = new Permutation(Step(entry, back, entries.Length), skip);
        }
    }

    /// <summary>(entry + skip) mod size, without a branch: which way it went could not be foretold.</summary>
    /// <param name="entry">From 0 to size - 1.</param>
    /// <param name="back">skip - size: every step waits for the one before, so what can be done ahead is.</param>
    /// <param name="size">M.</param>
    private static int Step(int entry, int back, int size)
    {
        int next = entry + back;
        return next + (size & (next >> 31));
    }
}
