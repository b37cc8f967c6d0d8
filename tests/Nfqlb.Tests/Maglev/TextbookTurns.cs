using System.Numerics;

namespace Nfqlb.Tests.Maglev;

/// <summary>Shares and turns of weighted targets, written as they are defined, with fractions of any length.</summary>
internal static class TextbookTurns
{
    /// <summary>The method of the largest remainder: whole parts first, then an entry at a time to whoever lost
    /// most.</summary>
    public static int[] Shares(int[] weights, int entries)
    {
        var sum = weights.Aggregate(BigInteger.Zero, (total, weight) => total + weight);
        var shares = weights.Select(weight => (int)(entries * (BigInteger)weight / sum)).ToArray();
        var remainders = weights.Select(weight => entries * (BigInteger)weight % sum).ToArray();
        for (int left = entries - shares.Sum(); left > 0; left--)
        {
            int neediest = Array.IndexOf(remainders, remainders.Max());
            shares[neediest]++;
            remainders[neediest] = -1;
        }
        return shares;
    }

    /// <summary>Turn k of a target is due in the middle of its k-th stride, at the end at the latest; of turns that are
    /// due in the same tick the first target's is first.</summary>
    public static int[] Of(int[] slots, int[] weights, int entries)
    {
        var sum = weights.Aggregate(BigInteger.Zero, (total, weight) => total + weight);
        int[] shares = Shares(weights, entries);
        return
        [
            .. from place in Enumerable.Range(0, slots.Length)
               from k in Enumerable.Range(0, shares[place])
               let due = BigInteger.Min((2 * k + 1) * sum / (2 * (BigInteger)weights[place]), entries)
               orderby due, place, k
               select slots[place],
        ];
    }

    /// <summary>The table of a pool whose turns are these.</summary>
    public static int[] Table(int size, (int Offset, int Skip)[] offsetsAndSkips, int[] turns)
    {
        var table = Enumerable.Repeat(-1, size).ToArray();
        var next = new long[offsetsAndSkips.Length];
        foreach (int slot in turns)
        {
            long Wish() => (offsetsAndSkips[slot].Offset + next[slot] * offsetsAndSkips[slot].Skip) % size;
            while (table[Wish()] >= 0)
            {
                next[slot]++;
            }
            table[Wish()] = slot;
        }
        return table;
    }
}
