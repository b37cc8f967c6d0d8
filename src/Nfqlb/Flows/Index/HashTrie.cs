using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>A persistent map from keys to values: a change gives a new map, which shares almost all with the
/// old.</summary>
/// <remarks>
/// A hash array mapped trie (Bagwell, 2001) with 64 ways: a look-up follows 6 bits of the key's hash a level to a
/// bucket of a few entries. A thousand keys take two levels, 100,000 three. A change copies one array of 64 a level.
/// </remarks>
/// <typeparam name="TValue">What keys lead to.</typeparam>
internal readonly struct HashTrie<TValue>
    where TValue : class
{
    private const int Ways = 64;
    private const int BitsPerLevel = 6;
    private const int DeepestShift = 60;
    private const int MostInBucket = 4;

    private readonly Slot _root;

    private HashTrie(Slot root) => _root = root;

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
        var slot = _root;
        if (slot.Ways is not null)
        {
            ulong hash = HashOf(key);
            do
            {
                slot = slot.Ways[hash % Ways];
                hash >>= BitsPerLevel;
            }
            while (slot.Ways is not null);
        }
        foreach (ref readonly var entry in slot.Bucket.AsSpan())
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }
        return null;
    }

    /// <summary>The same map with this value for the key; null takes the key away.</summary>
    public HashTrie<TValue> With(Address key, TValue? value) => new(With(_root, new Entry(key, value!), shift: 0));

    /// <summary>Sets the value of a key in the map itself, and copies nothing: while the map is being made, and nobody
    /// has another version of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Not null.</param>
    /// <param name="map">Is changed.</param>
    public static void Set(ref HashTrie<TValue> map, Address key, TValue value)
    {
        var root = map._root;
        Set(ref root, new Entry(key, value), shift: 0);
        map = new HashTrie<TValue>(root);
    }

    private static Slot With(Slot slot, Entry changed, int shift)
    {
        if (slot.Ways is { } ways)
        {
            var copy = (Slot[])ways.Clone();
            ref var way = ref copy[HashOf(changed.Key) >> shift & (Ways - 1)];
            way = With(way, changed, shift + BitsPerLevel);
            return new Slot(copy, null);
        }
        var others = (slot.Bucket ?? []).Where(entry => entry.Key != changed.Key);
        Entry[] bucket = changed.Value is null ? [.. others] : [.. others, changed];
        return bucket.Length <= MostInBucket || shift > DeepestShift
            ? new Slot(null, bucket)
            : Spread(bucket, shift);
    }

    private static Slot Spread(Entry[] bucket, int shift)
    {
        var spread = new Slot(new Slot[Ways], null);
        foreach (var entry in bucket)
        {
            Set(ref spread, entry, shift);
        }
        return spread;
    }

    private static void Set(ref Slot slot, in Entry changed, int shift)
    {
        if (slot.Ways is { } ways)
        {
            Set(ref ways[HashOf(changed.Key) >> shift & (Ways - 1)], changed, shift + BitsPerLevel);
            return;
        }
        foreach (ref var entry in slot.Bucket.AsSpan())
        {
            if (entry.Key == changed.Key)
            {
                entry = changed;
                return;
            }
        }
        Entry[] bucket = [.. slot.Bucket ?? [], changed];
        slot = bucket.Length <= MostInBucket || shift > DeepestShift
            ? new Slot(null, bucket)
            : Spread(bucket, shift);
    }

    private static bool IsEmptyAt(Slot slot) => slot.Ways is { } ways
        ? Array.TrueForAll(ways, IsEmptyAt)
        : slot.Bucket is null or [];

    private static void AddValues(Slot slot, List<TValue> values)
    {
        foreach (var way in slot.Ways ?? [])
        {
            AddValues(way, values);
        }
        foreach (var entry in slot.Bucket ?? [])
        {
            values.Add(entry.Value);
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

    private readonly record struct Entry(Address Key, TValue Value);

    /// <summary>Either ways to go on, or a bucket; neither where there is nothing.</summary>
    private readonly record struct Slot(Slot[]? Ways, Entry[]? Bucket);
}
