using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>The permutations of a keyed pool: of each target by its name and the pool's seed alone, whatever slot it is
/// in.</summary>
/// <remarks>
/// <para>
/// Offset and skip come from the halves of SipHash-2-4 of the name. Names may meet there, as there are but M * (M - 1)
/// permutations: then the first in the order of names has its way, and the other takes its next choice, the hash of
/// its name, a zero byte and the number of the choice. Targets that are in the pool without a share count too, so that
/// a target that goes down for a while changes nobody's permutation.
/// </para>
/// <para>
/// States, weights and health change far more often than names: those that were drawn last are remembered.
/// </para>
/// </remarks>
public sealed class KeyedPermutations
{
    /// <summary>Enough for any names that were not made to meet; behind that, two share a permutation, which serves as
    /// well until one of them leaves.</summary>
    private const int MostChoices = 100;

    /// <summary>Never changes once it is here.</summary>
    private static volatile KeyedPermutations? s_last;

    private readonly PoolShape _shape;
    private readonly string?[] _names;
    private readonly int[] _order;
    private readonly Permutation[] _permutations;
    private readonly List<TargetName> _displaced = [];

    private KeyedPermutations(PoolContent content)
    {
        _shape = content.Shape;
        _names = new string?[content.Slots.Length];
        var order = new List<int>(_names.Length);
        var names = new List<string>(_names.Length);
        for (int slot = 0; slot < _names.Length; slot++)
        {
            if (NameIn(content, slot) is { } name)
            {
                _names[slot] = name;
                order.Add(slot);
                names.Add(name);
            }
        }
        _order = [.. order];
        string[] keys = [.. names];
        Array.Sort(keys, _order, StringComparer.Ordinal);
        SortTwins(keys);
        _permutations = new Permutation[_names.Length];
        Draw();
    }

    /// <summary>The slots whose targets have names, in the order of the names.</summary>
    public static ReadOnlySpan<int> Order(PoolContent content) => Of(content)._order;

    /// <summary>Targets that met another one, and have another permutation than if they had not.</summary>
    public static IReadOnlyList<TargetName> Displaced(PoolContent content) => Of(content)._displaced;

    /// <summary>Gives the permutation of each named target.</summary>
    /// <param name="content">Of a pool that has a seed.</param>
    /// <param name="permutations">By slot.</param>
    internal static void Draw(PoolContent content, Span<Permutation> permutations) =>
        Of(content)._permutations.CopyTo(permutations);

    private static KeyedPermutations Of(PoolContent content)
    {
        if (s_last is not { } last || !last.IsOf(content))
        {
            s_last = last = new KeyedPermutations(content);
        }
        return last;
    }

    private bool IsOf(PoolContent content)
    {
        bool isSame = _shape == content.Shape;
        for (int slot = 0; isSame && slot < _names.Length; slot++)
        {
            isSame = _names[slot] == NameIn(content, slot);
        }
        return isSame;
    }

    /// <summary>Of one name, which nobody should have given twice, the lower slot comes first.</summary>
    private void SortTwins(string[] names)
    {
        for (int first = 0, next = 1; next <= names.Length; next++)
        {
            if (next == names.Length || names[next] != names[first])
            {
                Array.Sort(_order, first, next - first);
                first = next;
            }
        }
    }

    private void Draw()
    {
        var seed = _shape.Seed!.Value;
        var taken = new HashSet<Permutation>(_order.Length);
        foreach (int slot in _order)
        {
            string name = _names[slot]!;
            int choice = 0;
            var wish = Choice(seed, name, choice, _shape.Size.Entries);
            while (!taken.Add(wish) && choice < MostChoices)
            {
                wish = Choice(seed, name, ++choice, _shape.Size.Entries);
            }
            _permutations[slot] = wish;
            if (choice > 0)
            {
                _displaced.Add(new TargetName(name));
            }
        }
    }

    private static Permutation Choice(HashSeed seed, string name, int choice, int entries)
    {
        Span<byte> bytes = stackalloc byte[TargetName.MostCharacters + 2];
        int length = 0;
        foreach (char c in name)
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

    private static string? NameIn(PoolContent content, int slot) => content.Slots[slot]?.Name?.Text;
}
