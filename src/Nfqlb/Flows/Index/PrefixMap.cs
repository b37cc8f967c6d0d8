using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>A persistent map from prefixes to values that finds all prefixes which contain a key.</summary>
/// <remarks>One hash trie for each prefix length in use; a look-up asks each of them, so it costs the number of
/// different lengths, not of prefixes.</remarks>
internal sealed class PrefixMap<TValue>
    where TValue : class
{
    public static readonly PrefixMap<TValue> Empty = new([]);

    private readonly Level[] _levels;

    private PrefixMap(Level[] levels) => _levels = levels;

    /// <summary>One for each length in use, longest first.</summary>
    public ReadOnlySpan<Level> Levels => _levels;

    public bool IsEmpty => _levels.Length == 0;

    /// <summary>All values, in no order.</summary>
    public IEnumerable<TValue> Values => _levels.SelectMany(level => level.Prefixes.Values);

    /// <summary>A map of many prefixes at once.</summary>
    public static PrefixMap<TValue> Of(Dictionary<Prefix, TValue> entries)
    {
        Span<int> counts = stackalloc int[Prefix.MostBits + 1];
        counts.Clear();
        foreach (var prefix in entries.Keys)
        {
            counts[prefix.Length]++;
        }
        var byLength = new HashTrie<TValue>.Entry[]?[Prefix.MostBits + 1];
        foreach (var (prefix, value) in entries)
        {
            ref int count = ref counts[prefix.Length];
            var prefixes = byLength[prefix.Length] ??= new HashTrie<TValue>.Entry[count];
            prefixes[--count] = new(prefix.Key, value);
        }
        var levels = new List<Level>();
        for (int length = Prefix.MostBits; length >= 0; length--)
        {
            if (byLength[length] is { } prefixes)
            {
                levels.Add(new Level(length, HashTrie<TValue>.Of(prefixes)));
            }
        }
        return new PrefixMap<TValue>(levels.ToArray());
    }

    public TValue? Get(Prefix prefix) =>
        Array.Find(_levels, level => level.Length == prefix.Length).Prefixes.Find(prefix.Key);

    /// <summary>The same map with this value for the prefix; null takes the prefix away.</summary>
    public PrefixMap<TValue> With(Prefix prefix, TValue? value)
    {
        int at = 0;
        while (at < _levels.Length && _levels[at].Length > prefix.Length)
        {
            at++;
        }
        bool isInUse = at < _levels.Length && _levels[at].Length == prefix.Length;
        var prefixes = (isInUse ? _levels[at].Prefixes : default).With(prefix.Key, value);
        var longer = _levels.AsSpan(..at);
        var shorter = _levels.AsSpan((isInUse ? at + 1 : at)..);
        return value is null && prefixes.IsEmpty
            ? new([.. longer, .. shorter])
            : new([.. longer, new Level(prefix.Length, prefixes), .. shorter]);
    }

    /// <summary>The prefixes of one length.</summary>
    internal readonly record struct Level(int Length, HashTrie<TValue> Prefixes)
    {
        /// <summary>The value of the prefix of this length that contains the key; null when there is none.</summary>
        public TValue? Find(Address key) => Prefixes.Find(Prefix.Mask(key, Length));
    }
}
