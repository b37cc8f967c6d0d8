using System.Numerics;
using Nfqlb.Ages;
using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>A fixed number of entries, found by key, ordered by age, and shared out by source. Not thread-safe.
/// </summary>
/// <remarks>A hash table of chains; a list from the oldest to the newest; a list of what is free. What is renewed is
/// the newest, and all live equally long from then on: so the oldest one is the next to expire.</remarks>
internal sealed class FragmentEntries
{
    /// <summary>No entry.</summary>
    public const int None = AgeLinks.None;

    /// <summary>How long an entry can be renewed. The targets put no packet together that takes longer: RFC 791 §3.2
    /// recommends to wait 15 s.</summary>
    public const long RenewableNanoseconds = 15_000_000_000;

    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly FragmentEntry[] _entries;
    private readonly int[] _next;
    private readonly int[] _heads;
    private readonly AgeLinks _links;
    private readonly SourceShares _shares;
    private AgeLinks.List _byAge = AgeLinks.List.Empty;
    private int _free;

    public FragmentEntries(int capacity, FragmentTableOptions options)
    {
        _entries = new FragmentEntry[capacity];
        _next = new int[capacity];
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _heads.AsSpan().Fill(None);
        _links = new AgeLinks(capacity);
        _shares = new SourceShares(capacity, options.Seed);
        Ttl = options.TtlMilliseconds * NanosecondsPerMillisecond;
        for (int entry = 0; entry < capacity; entry++)
        {
            _next[entry] = entry + 1 < capacity ? entry + 1 : None;
        }
    }

    /// <summary>How long an entry lives without being renewed, in nanoseconds.</summary>
    public long Ttl { get; }

    /// <summary>The one that was neither added nor renewed for longest; None when there is none.</summary>
    public int Oldest => _byAge.Oldest;

    /// <summary>The one that gives way where there is no room. Valid only when there is an entry.</summary>
    public int Dispensable => _shares.OldestOfGreediest is var entry and not None ? entry : Oldest;

    public int Count { get; private set; }

    public bool IsFull => _free == None;

    public ref FragmentEntry this[int entry] => ref _entries[entry];

    /// <summary>The one that comes next by age; None behind the newest.</summary>
    public int Next(int entry) => _links.Newer(entry);

    /// <summary>Whether the oldest entry's time is over.</summary>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public bool HasExpired(long now) => Oldest != None && _entries[Oldest].ExpiresAt <= now;

    /// <summary>The entry of a packet, or None.</summary>
    /// <param name="key">Of the packet.</param>
    /// <param name="hash">Of the key, with the seed of the options.</param>
    public int Find(in FragmentKey key, uint hash)
    {
        int entry = Head(hash);
        while (entry != None && (_entries[entry].Hash != hash || _entries[entry].Key != key))
        {
            entry = _next[entry];
        }
        return entry;
    }

    /// <summary>A new entry, without a verdict and of no fragment. Valid only when not full.</summary>
    /// <param name="key">Of no other entry.</param>
    /// <param name="hash">Of the key.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="hasCollided">Other keys stand in the same place.</param>
    public int Add(in FragmentKey key, uint hash, long now, out bool hasCollided)
    {
        int at = _free;
        ref int head = ref Head(hash);
        hasCollided = head != None;
        _free = _next[at];
        _next[at] = head;
        head = at;
        _links.Append(ref _byAge, at);
        _shares.Add(at, key.Source);
        // Field by field: most of an entry are ranges that nobody has begun to use.
        ref var entry = ref _entries[at];
        entry.Key = key;
        entry.Hash = hash;
        entry.ExpiresAt = now + Ttl;
        entry.RenewableUntil = now + RenewableNanoseconds;
        entry.State = FragmentState.Waiting;
        entry.Verdict = Verdict.Drop;
        entry.Coverage.Clear();
        entry.Waiting = default;
        Count++;
        return at;
    }

    /// <summary>Begins an entry's time once more, as long as it can be renewed.</summary>
    /// <param name="entry">That was hit.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Renew(int entry, long now)
    {
        if (now < _entries[entry].RenewableUntil)
        {
            _entries[entry].ExpiresAt = now + Ttl;
            _links.Renew(ref _byAge, entry);
            _shares.Renew(entry);
        }
    }

    /// <summary>An entry takes one more unit of its source's share than before.</summary>
    public void Grow(int entry) => _shares.Grow(entry);

    public void Remove(int entry)
    {
        ref int link = ref Head(_entries[entry].Hash);
        while (link != entry)
        {
            link = ref _next[link];
        }
        link = _next[entry];
        _links.Remove(ref _byAge, entry);
        _shares.Remove(entry);
        _next[entry] = _free;
        _free = entry;
        Count--;
    }

    private ref int Head(uint hash) => ref _heads[hash & (uint)(_heads.Length - 1)];
}
