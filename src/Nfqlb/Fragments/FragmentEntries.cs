using System.Numerics;
using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>A fixed number of entries, found by key and ordered by age. Not thread-safe.</summary>
/// <remarks>A hash table of chains; a list from the oldest to the newest; a list of what is free. All entries live
/// equally long, so the oldest one is the next to expire.</remarks>
internal sealed class FragmentEntries
{
    /// <summary>No entry.</summary>
    public const int None = -1;

    private readonly FragmentEntry[] _entries;
    private readonly Links[] _links;
    private readonly int[] _heads;
    private readonly ulong _hashSeed;
    private int _free;
    private int _oldest = None;
    private int _newest = None;

    public FragmentEntries(int capacity, ulong hashSeed)
    {
        _entries = new FragmentEntry[capacity];
        _links = new Links[capacity];
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _heads.AsSpan().Fill(None);
        _hashSeed = hashSeed;
        for (int entry = 0; entry < capacity; entry++)
        {
            _links[entry].InChain = entry + 1 < capacity ? entry + 1 : None;
        }
    }

    /// <summary>The one that has lived longest; None when there is none.</summary>
    public int Oldest => _oldest;

    public int Count { get; private set; }

    public bool IsFull => _free == None;

    public ref FragmentEntry this[int entry] => ref _entries[entry];

    /// <summary>The one that came next; None behind the newest.</summary>
    public int Next(int entry) => _links[entry].Newer;

    public int Find(in FragmentKey key)
    {
        int entry = Head(key);
        while (entry != None && _entries[entry].Key != key)
        {
            entry = _links[entry].InChain;
        }
        return entry;
    }

    /// <summary>A new entry, all zero but for its key. Valid only when not full.</summary>
    /// <param name="key">Of no other entry.</param>
    /// <param name="hasCollided">Other keys stand in the same place.</param>
    public int Add(in FragmentKey key, out bool hasCollided)
    {
        int entry = _free;
        ref var links = ref _links[entry];
        ref int head = ref Head(key);
        hasCollided = head != None;
        _free = links.InChain;
        links = new Links { InChain = head, Older = _newest, Newer = None };
        head = entry;
        Newer(_newest) = entry;
        _newest = entry;
        _entries[entry] = new FragmentEntry { Key = key };
        Count++;
        return entry;
    }

    public void Remove(int entry)
    {
        ref int link = ref Head(_entries[entry].Key);
        while (link != entry)
        {
            link = ref _links[link].InChain;
        }
        var links = _links[entry];
        link = links.InChain;
        Newer(links.Older) = links.Newer;
        Older(links.Newer) = links.Older;
        _links[entry].InChain = _free;
        _free = entry;
        Count--;
    }

    private ref int Head(in FragmentKey key) => ref _heads[key.Hash(_hashSeed) & (uint)(_heads.Length - 1)];

    private ref int Newer(int entry)
    {
        if (entry == None)
        {
            return ref _oldest;
        }
        return ref _links[entry].Newer;
    }

    private ref int Older(int entry)
    {
        if (entry == None)
        {
            return ref _newest;
        }
        return ref _links[entry].Older;
    }

    /// <summary>An entry's neighbours; a free one has only the next in the list of what is free.</summary>
    private struct Links
    {
        public int InChain;
        public int Older;
        public int Newer;
    }
}
