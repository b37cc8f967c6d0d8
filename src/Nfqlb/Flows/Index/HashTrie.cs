using System.Numerics;
using System.Runtime.CompilerServices;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>A persistent map from keys to values: a change gives a new map, which shares almost all with the
/// old.</summary>
/// <remarks>
/// A trie over the keys' hash (after Bagwell, 2001) with 16 ways a level, that ends in tables with open addressing of
/// up to 512 keys. A look-up among some thousand keys so waits for memory once: the few ways and the heads of the
/// tables stay in the cache, and what a table holds of a key stands in one place. A change copies one table, a level's
/// ways for each level, and nothing else.
/// </remarks>
/// <typeparam name="TValue">What keys lead to.</typeparam>
internal readonly struct HashTrie<TValue>
    where TValue : class
{
    private const int Ways = 16;
    private const int BitsPerLevel = 4;
    private const int DeepestShift = 48;
    private const int MostInTable = 512;

    private readonly Slot _root;

    private HashTrie(Slot root) => _root = root;

    /// <summary>A map of many keys at once.</summary>
    /// <param name="entries">Each key once.</param>
    public static HashTrie<TValue> Of(Entry[] entries) => new(SlotOf(entries, shift: 0));

    /// <summary>True when there are no keys.</summary>
    public bool IsEmpty => IsEmptyAt(_root);

    /// <summary>All values, in no order.</summary>
    public IReadOnlyList<TValue> Values
    {
        get
        {
            var values = new List<TValue>();
            AddValues(_root, values);
            return values;
        }
    }

    /// <summary>The value of a key; null when there is none.</summary>
    public TValue? Find(Address key)
    {
        ulong hash = HashOf(key);
        var slot = _root;
        while (slot.Ways is { } ways)
        {
            slot = ways[hash % Ways];
            hash >>= BitsPerLevel;
        }
        return slot.Table is { } table ? table[PlaceOf(key, hash, table)].Value : null;
    }

    /// <summary>The same map with this value for the key; null takes the key away.</summary>
    public HashTrie<TValue> With(Address key, TValue? value) => new(With(_root, new Entry(key, value), shift: 0));

    private static Slot With(Slot slot, Entry changed, int shift)
    {
        if (slot.Ways is { } ways)
        {
            var copy = (Slot[])ways.Clone();
            ref var way = ref copy[(HashOf(changed.Key) >> shift) % Ways];
            way = With(way, changed, shift + BitsPerLevel);
            return new Slot(copy, null);
        }
        if (changed.Value is not null && slot.Table is { } table)
        {
            int place = PlaceOf(changed.Key, HashOf(changed.Key) >> shift, table);
            if (table[place].Value is not null || HasRoom(table))
            {
                var copy = (Entry[])table.Clone();
                copy[place] = changed;
                return new Slot(null, copy);
            }
        }
        return Rebuilt(slot.Table, changed, shift);
    }

    /// <summary>What a table becomes that loses a key, or has no room for one more.</summary>
    private static Slot Rebuilt(Entry[]? table, Entry changed, int shift)
    {
        var others = (table ?? []).Where(entry => entry.Value is not null && entry.Key != changed.Key);
        Entry[] entries = changed.Value is null ? [.. others] : [.. others, changed];
        return SlotOf(entries, shift);
    }

    private static Slot SlotOf(Entry[] entries, int shift) => entries.Length <= MostInTable || shift > DeepestShift
        ? new Slot(null, TableOf(entries, shift))
        : Spread(entries, shift);

    /// <summary>Whether a key more leaves the table at most two thirds full, so that whoever looks for a key soon
    /// finds an end.</summary>
    private static bool HasRoom(Entry[] table)
    {
        int used = 0;
        foreach (ref readonly var entry in table.AsSpan())
        {
            used += entry.Value is null ? 0 : 1;
        }
        return used < MostInTable && (used + 1) * 3 <= table.Length * 2;
    }

    private static Slot Spread(Entry[] entries, int shift)
    {
        Span<int> counts = stackalloc int[Ways];
        counts.Clear();
        foreach (ref readonly var entry in entries.AsSpan())
        {
            counts[WayOf(entry, shift)]++;
        }
        var groups = new Entry[Ways][];
        for (int way = 0; way < Ways; way++)
        {
            groups[way] = new Entry[counts[way]];
        }
        foreach (ref readonly var entry in entries.AsSpan())
        {
            int way = WayOf(entry, shift);
            groups[way][--counts[way]] = entry;
        }
        var ways = new Slot[Ways];
        for (int way = 0; way < Ways; way++)
        {
            ways[way] = SlotOf(groups[way], shift + BitsPerLevel);
        }
        return new Slot(ways, null);
    }

    private static int WayOf(in Entry entry, int shift) => (int)((HashOf(entry.Key) >> shift) % Ways);

    /// <summary>A table with room to spare; none for no entries.</summary>
    private static Entry[]? TableOf(Entry[] entries, int shift)
    {
        if (entries.Length == 0)
        {
            return null;
        }
        var table = new Entry[BitOperations.RoundUpToPowerOf2((uint)entries.Length * 3 / 2 + 1)];
        foreach (var entry in entries)
        {
            table[PlaceOf(entry.Key, HashOf(entry.Key) >> shift, table)] = entry;
        }
        return table;
    }

    /// <summary>Where a key stands in a table, or where it would: there is always room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(Address key, ulong hash, Entry[] table)
    {
        int last = table.Length - 1;
        int place = (int)hash & last;
        while (table[place].Value is not null && table[place].Key != key)
        {
            place = place + 1 & last;
        }
        return place;
    }

    private static bool IsEmptyAt(Slot slot) =>
        slot.Ways is { } ways ? Array.TrueForAll(ways, IsEmptyAt) : slot.Table is null;

    private static void AddValues(Slot slot, List<TValue> values)
    {
        foreach (var way in slot.Ways ?? [])
        {
            AddValues(way, values);
        }
        foreach (var entry in slot.Table ?? [])
        {
            if (entry.Value is { } value)
            {
                values.Add(value);
            }
        }
    }

    /// <summary>Multipliers carry upwards, folds bring it down again: the low bits of the hash, which lead the way,
    /// depend on all bits of the key. Services and short prefixes differ in their highest bits alone.</summary>
    private static ulong HashOf(Address key)
    {
        ulong mixed = unchecked(key.High * 0x9e37_79b9_7f4a_7c15 + key.Low * 0xc2b2_ae3d_27d4_eb4f);
        mixed = unchecked((mixed ^ mixed >> 32) * 0xd6e8_feb8_6659_fd93);
        return mixed ^ mixed >> 32;
    }

    /// <summary>A key with its value. Nothing stands in an entry without one.</summary>
    internal readonly record struct Entry(Address Key, TValue? Value);

    /// <summary>Either ways to go on, or a table; neither where there is nothing.</summary>
    private readonly record struct Slot(Slot[]? Ways, Entry[]? Table);
}
