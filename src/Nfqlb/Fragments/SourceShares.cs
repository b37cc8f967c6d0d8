using System.Numerics;
using Nfqlb.Ages;
using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>Which source holds how much of a room that all of them share. Not thread-safe.</summary>
/// <remarks>
/// <para>
/// A source may fill all of the room that nobody else wants. When there is none left, the one that holds most makes
/// room, if that is more than its share, an eighth of the whole: longest queue drop, with queues by a hash of the
/// source (McKenney, "Stochastic Fairness Queueing", 1990). So a source that floods pushes out nothing but its own.
/// </para>
/// <para>
/// A source is an IPv4 address, or the /64 of an IPv6 one, all of whose addresses one host may use (RFC 8981). Whoever
/// forges more sources than there are shares fills the room; then the oldest gives way, whosever it is.
/// </para>
/// </remarks>
internal sealed class SourceShares
{
    /// <summary>Sources, by whole shares, that the room is enough for.</summary>
    public const int Shares = 8;

    private const int SourcesPerEntry = 2;

    private readonly Source[] _sources;
    private readonly Holding[] _holdings;
    private readonly AgeLinks _links;
    private readonly HashSeed _seed;

    /// <summary>Sources that hold more than their share, fewer than there are shares, by when they came to.</summary>
    private readonly int[] _greedy = new int[Shares];
    private int _greedyCount;

    /// <summary>Nobody holds anything.</summary>
    /// <param name="capacity">How much there is to hold, by as many entries at most.</param>
    /// <param name="seed">Unknown to those who send: who could choose a source that meets another's would have it
    /// make room for both.</param>
    public SourceShares(int capacity, HashSeed seed)
    {
        Share = ShareOf(capacity);
        _seed = seed;
        _links = new AgeLinks(capacity);
        _holdings = new Holding[capacity];
        _sources = new Source[BitOperations.RoundUpToPowerOf2((uint)(SourcesPerEntry * capacity))];
        _sources.AsSpan().Fill(new Source { Entries = AgeLinks.List.Empty });
    }

    /// <summary>What a source may hold of a room that is full.</summary>
    public int Share { get; }

    /// <summary>The oldest entry of the source that holds most, if that is more than its share; else None. Of equals
    /// the one that has done so for longest.</summary>
    public int OldestOfGreediest
    {
        get
        {
            int most = 0, oldest = FragmentEntries.None;
            foreach (int index in _greedy.AsSpan(0, _greedyCount))
            {
                ref readonly var source = ref _sources[index];
                if (source.Held > most)
                {
                    (most, oldest) = (source.Held, source.Entries.Oldest);
                }
            }
            return oldest;
        }
    }

    /// <summary>What a source may hold of a full room of this size.</summary>
    public static int ShareOf(int capacity) => Math.Max(1, capacity / Shares);

    /// <summary>A new entry holds one unit.</summary>
    public void Add(int entry, Address source)
    {
        int index = (int)(Hash(source) & (uint)(_sources.Length - 1));
        _holdings[entry] = new Holding { Source = index };
        _links.Append(ref _sources[index].Entries, entry);
        Grow(entry);
    }

    /// <summary>An entry holds one unit more.</summary>
    public void Grow(int entry)
    {
        ref var holding = ref _holdings[entry];
        ref var source = ref _sources[holding.Source];
        holding.Held++;
        if (source.Held++ == Share)
        {
            _greedy[_greedyCount++] = holding.Source;
        }
    }

    /// <summary>An entry is the newest of its source.</summary>
    public void Renew(int entry) => _links.Renew(ref _sources[_holdings[entry].Source].Entries, entry);

    /// <summary>An entry goes, with all that it holds.</summary>
    public void Remove(int entry)
    {
        ref readonly var holding = ref _holdings[entry];
        ref var source = ref _sources[holding.Source];
        _links.Remove(ref source.Entries, entry);
        bool wasGreedy = source.Held > Share;
        source.Held -= holding.Held;
        if (wasGreedy && source.Held <= Share)
        {
            int at = _greedy.AsSpan(0, _greedyCount).IndexOf(holding.Source);
            _greedy.AsSpan(at + 1, --_greedyCount - at).CopyTo(_greedy.AsSpan(at));
        }
    }

    private uint Hash(Address source)
    {
        var hash = new SipHash(_seed);
        hash.Add(source.IsIpv4 ? source.Low : source.High);
        return (uint)hash.Finish(0, sizeof(ulong));
    }

    /// <summary>All that is of one hash. Two sources that meet have one share together.</summary>
    private struct Source
    {
        public AgeLinks.List Entries;
        public int Held;
    }

    /// <summary>What an entry holds.</summary>
    private struct Holding
    {
        public int Source;
        public int Held;
    }
}
