using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nfqlb.Routing;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>The exits of targets as the program in the kernel reads them.</summary>
/// <remarks>A record is read in one piece: its number is 0 while it is written, and another one afterwards. One thread
/// at a time.</remarks>
/// <param name="bytes">The map, all 0.</param>
internal sealed class ExitTable(Memory<byte> bytes)
{
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    private readonly Dictionary<int, (int Mark, Exit Exit)> _written = [];
    private uint _number;

    /// <summary>Writes what has changed of a pool's targets.</summary>
    /// <param name="firstTarget">The count of the target in slot 0.</param>
    /// <param name="marks">By slot; -1 where it is empty.</param>
    /// <param name="exits">By family and mark; a target that has none goes the ordinary way.</param>
    public void Write(int firstTarget, ReadOnlySpan<int> marks, IReadOnlyDictionary<ExitKey, Exit> exits)
    {
        for (int slot = 0; slot < marks.Length; slot++)
        {
            foreach (var family in Families)
            {
                var key = new ExitKey(family, marks[slot]);
                int place = PlaceOf(firstTarget + slot, family);
                Write(place, marks[slot], exits.TryGetValue(key, out var exit) ? exit : null);
            }
        }
    }

    /// <summary>Whether a target has one in a family.</summary>
    public bool Has(int target, IpFamily family) => _written.ContainsKey(PlaceOf(target, family));

    private static int PlaceOf(int target, IpFamily family) => 2 * target + (family == IpFamily.Ipv6 ? 1 : 0);

    private void Write(int place, int mark, Exit? exit)
    {
        bool isThere = _written.TryGetValue(place, out var written);
        if (exit is null ? !isThere : isThere && written == (mark, exit.Value))
        {
            return;
        }
        var record = MemoryMarshal.Cast<byte, uint>(bytes.Span)
            .Slice(place * FASTPATH_EXIT_WORDS, FASTPATH_EXIT_WORDS);
        Volatile.Write(ref record[FASTPATH_EXIT_NUMBER], 0);
        Interlocked.MemoryBarrier(); // nothing below may be seen before
        _written.Remove(place);
        if (exit is { } way)
        {
            record[FASTPATH_EXIT_MARK] = (uint)mark;
            record[FASTPATH_EXIT_LINK] = (uint)way.Link.Value;
            record[FASTPATH_EXIT_MTU] = (uint)way.MtuBytes;
            WriteHop(way, MemoryMarshal.AsBytes(record[FASTPATH_EXIT_HOP..]));
            _number = Math.Max(_number + 1, 1);
            Volatile.Write(ref record[FASTPATH_EXIT_NUMBER], _number);
            _written[place] = (mark, way);
        }
    }

    private static void WriteHop(Exit way, Span<byte> hop)
    {
        if (way.Hop.IsIpv4)
        {
            hop.Clear();
            BinaryPrimitives.WriteUInt32BigEndian(hop, (uint)way.Hop.Low);
            return;
        }
        BinaryPrimitives.WriteUInt64BigEndian(hop, way.Hop.High);
        BinaryPrimitives.WriteUInt64BigEndian(hop[sizeof(ulong)..], way.Hop.Low);
    }
}
