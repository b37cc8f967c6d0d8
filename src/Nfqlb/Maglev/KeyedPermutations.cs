using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>The permutations of a keyed pool: of each target by its name and the pool's seed alone, whatever slot it is
/// in.</summary>
/// <remarks>
/// Offset and skip come from the halves of SipHash-2-4 of the name. Names may meet there, as there are but M * (M - 1)
/// permutations: then the first in the order of names has its way, and the other takes its next choice, the hash of
/// its name, a zero byte and the number of the choice. Targets that are in the pool without a share count too, so that
/// a target that goes down for a while changes nobody's permutation.
/// </remarks>
public static class KeyedPermutations
{
    /// <summary>Enough for any names that were not made to meet; behind that, two share a permutation, which serves as
    /// well until one of them leaves.</summary>
    private const int MostChoices = 100;

    /// <summary>The slots whose targets have names, in the order of the names.</summary>
    public static int[] Order(PoolContent content)
    {
        int[] slots = [.. Enumerable.Range(0, content.Slots.Length).Where(slot => NameIn(content, slot) is not null)];
        Array.Sort(slots, (a, b) => (NameIn(content, a)!.Value, a).CompareTo((NameIn(content, b)!.Value, b)));
        return slots;
    }

    /// <summary>Targets that met another one, and have another permutation than if they had not.</summary>
    public static IReadOnlyList<TargetName> Displaced(PoolContent content)
    {
        var displaced = new List<TargetName>();
        Draw(content, new Permutation[content.Slots.Length], displaced);
        return displaced;
    }

    /// <summary>Draws the permutation of each named target.</summary>
    /// <param name="content">Of a pool that has a seed.</param>
    /// <param name="permutations">By slot.</param>
    internal static void Draw(PoolContent content, Permutation[] permutations) => Draw(content, permutations, []);

    private static void Draw(PoolContent content, Permutation[] permutations, List<TargetName> displaced)
    {
        var seed = content.Shape.Seed!.Value;
        var taken = new HashSet<Permutation>();
        foreach (int slot in Order(content))
        {
            var name = NameIn(content, slot)!.Value;
            int choice = 0;
            var wish = Choice(seed, name, choice, content.Shape.Size.Entries);
            while (!taken.Add(wish) && choice < MostChoices)
            {
                wish = Choice(seed, name, ++choice, content.Shape.Size.Entries);
            }
            permutations[slot] = wish;
            if (choice > 0)
            {
                displaced.Add(name);
            }
        }
    }

    private static Permutation Choice(HashSeed seed, TargetName name, int choice, int entries)
    {
        Span<byte> bytes = stackalloc byte[TargetName.MostCharacters + 2];
        int length = 0;
        foreach (char c in name.Text)
        {
            bytes[length++] = (byte)c;
        }
        if (choice > 0)
        {
            bytes[length++] = 0; // in no name
            bytes[length++] = (byte)choice;
        }
        ulong hash = SipHash.Of(seed, bytes[..length]);
        return new Permutation(
            (int)((uint)(hash >> 32) % (uint)entries), (int)((uint)hash % (uint)(entries - 1)) + 1);
    }

    private static TargetName? NameIn(PoolContent content, int slot) => content.Slots[slot]?.Name;
}
