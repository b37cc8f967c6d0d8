using Nfqlb.Flows;
using Nfqlb.Flows.Index;

namespace Nfqlb.FastPath;

/// <summary>The virtual IPs, each with the destinations of flows within it: together they split it into cells, of which
/// every packet is in the longest that contains its destination.</summary>
internal sealed class VirtualAddresses
{
    private readonly Dictionary<Prefix, List<Prefix>> _cells = [];
    private readonly int[] _lengths;

    /// <summary>Takes blocks in any order; one within another counts as a destination in it.</summary>
    public VirtualAddresses(IEnumerable<Cidr> vips)
    {
        Prefix[] byLength = [.. vips.Select(Prefix.Of).Distinct().OrderBy(prefix => prefix.Length)];
        _lengths = [.. byLength.Select(prefix => prefix.Length).Distinct()];
        foreach (var prefix in byLength)
        {
            if (TryFind(prefix, out var outer))
            {
                _cells[outer].Add(prefix);
            }
            else
            {
                _cells.Add(prefix, new List<Prefix> { prefix });
            }
        }
    }

    /// <summary>Every virtual IP that is in no other, with its cells: itself and all within.</summary>
    public IEnumerable<List<Prefix>> Cells => _cells.Values;

    /// <summary>Makes the destinations of flows cells.</summary>
    /// <param name="destinations">Each once; those outside all virtual IPs do not count.</param>
    public void Split(IEnumerable<Prefix> destinations)
    {
        var inner = _cells.Values.SelectMany(cells => cells).ToHashSet();
        foreach (var prefix in destinations)
        {
            if (!inner.Contains(prefix) && TryFind(prefix, out var vip))
            {
                _cells[vip].Add(prefix);
            }
        }
    }

    private bool TryFind(Prefix prefix, out Prefix outer)
    {
        foreach (int length in _lengths)
        {
            outer = new Prefix(Prefix.Mask(prefix.Key, length), length);
            if (length <= prefix.Length && _cells.ContainsKey(outer))
            {
                return true;
            }
        }
        outer = default;
        return false;
    }
}
