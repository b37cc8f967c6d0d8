using System.Collections;

namespace Nfqlb.Flows;

/// <summary>Some ports, kept as sorted ranges that neither overlap nor touch. The empty set means any port.</summary>
public sealed class PortSet : IReadOnlyList<PortRange>, IEquatable<PortSet>
{
    /// <summary>Any port, also none at all (protocols without ports).</summary>
    public static readonly PortSet Any = new([]);

    private readonly PortRange[] _ranges;

    /// <summary>Takes ranges in any order; joins those that overlap or touch.</summary>
    public PortSet(IEnumerable<PortRange> ranges)
    {
        PortRange[] sorted = [.. ranges];
        if (sorted.Length <= 1)
        {
            _ranges = sorted;
            return;
        }
        Array.Sort(sorted, static (a, b) => a.First.CompareTo(b.First));
        var joined = new List<PortRange>();
        foreach (var range in sorted)
        {
            if (joined.Count > 0 && range.First <= joined[^1].Last + 1)
            {
                joined[^1] = joined[^1] with { Last = Math.Max(joined[^1].Last, range.Last) };
            }
            else
            {
                joined.Add(range);
            }
        }
        _ranges = [.. joined];
    }

    /// <summary>True when every packet passes.</summary>
    public bool IsAny => _ranges.Length == 0;

    /// <summary>Number of ranges.</summary>
    public int Count => _ranges.Length;

    /// <summary>The ranges by rising ports.</summary>
    public PortRange this[int index] => _ranges[index];

    /// <summary>True when some port is in both.</summary>
    public bool Overlaps(PortSet other)
    {
        bool overlap = IsAny || other.IsAny;
        for (int i = 0, j = 0; !overlap && i < Count && j < other.Count;)
        {
            overlap = _ranges[i].First <= other[j].Last && other[j].First <= _ranges[i].Last;
            if (_ranges[i].Last < other[j].Last)
            {
                i++;
            }
            else
            {
                j++;
            }
        }
        return overlap;
    }

    /// <summary>True when the port is in a range, or the set is any.</summary>
    /// <param name="port">Host order.</param>
    public bool Contains(ushort port)
    {
        if (IsAny)
        {
            return true;
        }
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (port < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (port > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(PortSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PortSet);

    /// <inheritdoc/>
    public override int GetHashCode() => IsAny ? 0 : HashCode.Combine(_ranges.Length, _ranges[0], _ranges[^1]);

    /// <inheritdoc/>
    public IEnumerator<PortRange> GetEnumerator() => _ranges.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
