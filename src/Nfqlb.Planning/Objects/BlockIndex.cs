using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Objects;

/// <summary>Finds blocks of addresses among many.</summary>
/// <typeparam name="T">What belongs to a block.</typeparam>
internal sealed class BlockIndex<T>
    where T : class
{
    private readonly SortedDictionary<int, Dictionary<Address, List<T>>> _byLength = [];
    private readonly List<Entry> _sorted = [];

    /// <summary>Takes a block, perhaps not for the first time.</summary>
    public void Add(Cidr block, T value)
    {
        if (!_byLength.TryGetValue(block.PrefixLength, out var ofLength))
        {
            _byLength.Add(block.PrefixLength, ofLength = []);
        }
        if (!ofLength.TryGetValue(block.Base, out var values))
        {
            ofLength.Add(block.Base, values = []);
        }
        values.Add(value);
        _sorted.Add(new Entry(block, value));
    }

    /// <summary>To be called when all were taken.</summary>
    public void Sort() => _sorted.Sort(static (left, right) => Compare(left.Block.Base, right.Block.Base));

    /// <summary>The narrowest block that holds an address; null for none. Two addresses with the same one lie in the
    /// same blocks.</summary>
    public Cidr? Narrowest(Address address)
    {
        Cidr? narrowest = null;
        foreach (var (length, blocks) in _byLength)
        {
            var block = Cidr.Of(address, length);
            narrowest = blocks.ContainsKey(block.Base) ? block : narrowest;
        }
        return narrowest;
    }

    /// <summary>What belongs to the blocks that hold all of this one, and to those within it.</summary>
    public IEnumerable<T> Touching(Cidr block)
    {
        foreach (var (length, blocks) in _byLength)
        {
            if (length <= block.PrefixLength && blocks.TryGetValue(Cidr.Of(block.Base, length).Base, out var values))
            {
                foreach (var value in values)
                {
                    yield return value;
                }
            }
        }
        for (int at = FirstFrom(block.Base); at < _sorted.Count && block.Contains(_sorted[at].Block.Base); at++)
        {
            if (_sorted[at].Block.PrefixLength > block.PrefixLength)
            {
                yield return _sorted[at].Value;
            }
        }
    }

    private int FirstFrom(Address address)
    {
        int low = 0;
        int high = _sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Compare(_sorted[middle].Block.Base, address) < 0 ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private static int Compare(Address left, Address right) =>
        left.High != right.High ? left.High.CompareTo(right.High) : left.Low.CompareTo(right.Low);

    private sealed record Entry(Cidr Block, T Value);
}
