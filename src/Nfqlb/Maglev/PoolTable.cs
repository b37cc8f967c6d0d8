using System.Buffers;
using System.Collections.Immutable;

namespace Nfqlb.Maglev;

/// <summary>The table that follows from what a pool is told.</summary>
public static class PoolTable
{
    /// <summary>Fills the table; false, with every entry free, where no target can take packets.</summary>
    /// <param name="content">What the pool is told.</param>
    /// <param name="entries">M of them; what they hold before does not matter.</param>
    public static bool Fill(PoolContent content, Span<ushort> entries)
    {
        int[] slots = ActiveTargets.Of(content);
        if (slots.Length == 0)
        {
            entries.Fill(LookupTable.Free);
            return false;
        }
        var rented = ArrayPool<Permutation>.Shared.Rent(content.Slots.Length);
        var permutations = rented.AsSpan(0, content.Slots.Length);
        Draw(content, permutations);
        Fill(entries, permutations, slots, content.Slots);
        ArrayPool<Permutation>.Shared.Return(rented);
        return true;
    }

    private static void Draw(PoolContent content, Span<Permutation> permutations)
    {
        if (content.Shape.Seed is null)
        {
            Permutation.Draw(new GlibcRandom(), content.Shape.Size.Entries, permutations);
        }
        else
        {
            KeyedPermutations.Draw(content, permutations);
        }
    }

    private static void Fill(
        Span<ushort> entries, Span<Permutation> permutations, int[] slots, ImmutableArray<SlotTarget?> targets)
    {
        var weights = new int[slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            var target = targets[slots[i]]!.Value;
            weights[i] = target.Weight * target.Ramp.Eighths; // Only their ratio matters.
        }
        if (!weights.AsSpan().ContainsAnyExcept(weights[0]))
        {
            LookupTable.Fill(entries, permutations, new RoundRobin(slots));
            return;
        }
        using var turns = new WeightedTurns(slots, weights, entries.Length);
        LookupTable.Fill(entries, permutations, turns);
    }
}
