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
            while (entries[entry] != Free)
            {
                entry = Step(entry, skip, entries.Length);
            }
            entries[entry] = (ushort)slot;
            wish = new Permutation(Step(entry, skip, entries.Length), skip);
        }
    }

    /// <summary>(entry + skip) mod size, without a branch: which way it went could not be foretold.</summary>
    private static int Step(int entry, int skip, int size)
    {
        int next = entry + skip - size;
        return next + (size & (next >> 31));
    }
}
