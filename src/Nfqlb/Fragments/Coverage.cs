using System.Runtime.CompilerServices;
using Nfqlb.Carried;
using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>Which bytes of a packet's payload have been seen.</summary>
/// <remarks>Disjoint ranges in rising order, none touching the next. An in-order packet has one range; a shuffled one
/// of n fragments about n/4 at most.</remarks>
internal struct Coverage
{
    /// <summary>Ranges remembered. Enough for a packet of 64 KiB in fragments of 576 bytes (RFC 791 §3.2) in any order,
    /// also that of a path on which every other one is late; what has more gaps is poisoned.</summary>
    public const int MostRanges = 60;

    private Ranges _ranges;
    private int _count;
    private int _totalBytes;

    /// <summary>True when everything up to the last fragment's end has been seen.</summary>
    public readonly bool IsComplete => _count == 1 && _ranges[0].Start == 0 && _ranges[0].End == _totalBytes;

    /// <summary>From now on nothing has been seen.</summary>
    public void Clear() => (_count, _totalBytes) = (0, 0);

    /// <summary>Adds what a fragment carries.</summary>
    /// <returns>Anything but Added leaves the coverage as it was.</returns>
    public CoverageChange Add(in Fragment fragment)
    {
        if (!fragment.IsConsistent || IsBeyondEnd(fragment))
        {
            return CoverageChange.Contradicted;
        }
        int at = 0;
        while (at < _count && _ranges[at].End < fragment.Offset)
        {
            at++;
        }
        // Now all ranges before `at` end before the fragment and do not touch it.
        if (at < _count && _ranges[at].Start <= fragment.Offset && fragment.End <= _ranges[at].End)
        {
            // As the kernel's own reassembly (inet_frag_queue_insert): wholly inside is a duplicate.
            return CoverageChange.Duplicate;
        }
        bool touchesLeft = at < _count && _ranges[at].End == fragment.Offset;
        int next = touchesLeft ? at + 1 : at;
        if (next < _count && _ranges[next].Start < fragment.End)
        {
            return CoverageChange.Contradicted;
        }
        bool touchesRight = next < _count && _ranges[next].Start == fragment.End;
        if (!touchesLeft && !touchesRight && _count == MostRanges)
        {
            return CoverageChange.Contradicted;
        }
        var range = new Range(
            touchesLeft ? _ranges[at].Start : (ushort)fragment.Offset,
            touchesRight ? _ranges[next].End : (ushort)fragment.End);
        Replace(at, (touchesLeft ? 1 : 0) + (touchesRight ? 1 : 0), range);
        _totalBytes = fragment.IsLast ? fragment.End : _totalBytes;
        return CoverageChange.Added;
    }

    /// <summary>Writes where the packet ends, the number of ranges, and of each its start and end, 4 bytes each.
    /// </summary>
    public readonly void WriteTo(CarriedWriter writer)
    {
        writer.WriteInt(_totalBytes);
        writer.WriteInt(_count);
        for (int i = 0; i < _count; i++)
        {
            writer.WriteInt(_ranges[i].Start);
            writer.WriteInt(_ranges[i].End);
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> has written.</summary>
    /// <exception cref="CarriedException">It is torn, or no packet is covered so.</exception>
    public static Coverage Read(ref CarriedReader reader)
    {
        var read = new Coverage { _totalBytes = reader.ReadInt(), _count = reader.ReadCount(2 * sizeof(int)) };
        if (read._count > MostRanges)
        {
            throw new CarriedException($"{read._count} ranges of a packet");
        }
        int end = -1;
        for (int i = 0; i < read._count; i++)
        {
            var (start, before) = (reader.ReadInt(), end);
            end = reader.ReadInt();
            if (start <= before || end <= start || end > ushort.MaxValue)
            {
                throw new CarriedException($"a range of a packet from {start} to {end}");
            }
            read._ranges[i] = new Range((ushort)start, (ushort)end);
        }
        return read._totalBytes == 0 || (read._totalBytes >= end && read._totalBytes is > 0 and <= ushort.MaxValue)
            ? read
            : throw new CarriedException($"a packet of {read._totalBytes} bytes with a range to {end}");
    }

    /// <summary>The packet ends once, and nothing lies behind its end.</summary>
    private readonly bool IsBeyondEnd(in Fragment fragment)
    {
        int furthest = _count == 0 ? 0 : _ranges[_count - 1].End;
        return fragment.IsLast
            ? furthest > fragment.End || (_totalBytes != 0 && _totalBytes != fragment.End)
            : _totalBytes != 0 && fragment.End > _totalBytes;
    }

    private void Replace(int at, int removed, Range range)
    {
        Span<Range> ranges = _ranges;
        ranges[(at + removed).._count].CopyTo(ranges[(at + 1)..]);
        ranges[at] = range;
        _count += 1 - removed;
    }

    /// <summary>Bytes from Start, included, to End, not included.</summary>
    private readonly record struct Range(ushort Start, ushort End);

    [InlineArray(MostRanges)]
    private struct Ranges
    {
        private Range _first;
    }
}
