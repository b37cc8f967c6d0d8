using System.Diagnostics.CodeAnalysis;
using Nfqlb.Flows;
using Nfqlb.Flows.Index;

namespace Nfqlb.FastPath;

/// <summary>All flows by the blocks of their destinations.</summary>
internal sealed class FlowBlocks
{
    private readonly List<FlowRules> _byRank = [];
    private readonly Dictionary<Prefix, Block> _blocks = [];
    private readonly int[] _lengths;

    public FlowBlocks(FlowSet flows, IFastPathPlaces places)
    {
        foreach (var entry in flows.Entries)
        {
            int rank = _byRank.Count;
            _byRank.Add(new FlowRules(entry, places));
            if (entry.Flow.Destinations.IsEmpty)
            {
                Add(default, rank);
            }
            foreach (var block in entry.Flow.Destinations)
            {
                Add(block, rank);
            }
        }
        _lengths = [.. _blocks.Keys.Select(prefix => prefix.Length).Distinct()];
    }

    /// <summary>The blocks, each once.</summary>
    public IEnumerable<Prefix> Prefixes => _blocks.Keys;

    /// <summary>How many flows have been looked at so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The same for all cells in the same blocks, of one family.</summary>
    public Sequence<int> KeyOf(Prefix cell)
    {
        var key = new List<int> { cell.Length >= Cidr.Ipv4.PrefixLength && cell.Key.IsIpv4 ? 4 : 6 };
        foreach (int length in _lengths)
        {
            if (TryFind(cell, length, out var block))
            {
                key.Add(block.Id);
            }
        }
        return new Sequence<int>([.. key]);
    }

    /// <summary>The flows that accept the addresses of a cell, by rank, each with a block that contains it.</summary>
    public List<(FlowRules Flow, Cidr Block)> CandidatesFor(Prefix cell)
    {
        var ranks = new List<(int Rank, Cidr Block)>();
        int blocks = 0;
        foreach (int length in _lengths)
        {
            if (TryFind(cell, length, out var block))
            {
                blocks++;
                ranks.EnsureCapacity(ranks.Count + block.Ranks.Count);
                block.Ranks.ForEach(rank => ranks.Add((rank, block.Addresses)));
            }
        }
        Steps += ranks.Count;
        if (blocks > 1)
        {
            // A flow may have blocks within blocks; any of them will do.
            ranks = ranks.OrderBy(each => each.Rank).DistinctBy(each => each.Rank).ToList();
        }
        return ranks.ConvertAll(each => (_byRank[each.Rank], each.Block));
    }

    private void Add(Cidr addresses, int rank)
    {
        var prefix = Prefix.Of(addresses);
        if (!_blocks.TryGetValue(prefix, out var block))
        {
            _blocks.Add(prefix, block = new Block(_blocks.Count, addresses, []));
        }
        if (block.Ranks is [] || block.Ranks[^1] != rank)
        {
            block.Ranks.Add(rank);
        }
    }

    private bool TryFind(Prefix cell, int length, [NotNullWhen(true)] out Block? block)
    {
        block = null;
        return length <= cell.Length
            && _blocks.TryGetValue(new Prefix(Prefix.Mask(cell.Key, length), length), out block);
    }

    private sealed record Block(int Id, Cidr Addresses, List<int> Ranks);
}
