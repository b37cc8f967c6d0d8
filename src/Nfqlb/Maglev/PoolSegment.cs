using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nfqlb.Maglev;

/// <summary>A pool as it stands in shared memory: marks by slot, and the table that hashes are looked up in.</summary>
/// <remarks>
/// Any number of readers, in any process, and one writer at a time, who holds a lock that is not kept here.
/// Readers never wait and never see a hole: the table has two sides, one in force and one to build on, and a
/// writer that dies halfway leaves the side in force untouched. See <see cref="PoolLayout"/>.
/// </remarks>
public sealed class PoolSegment
{
    private const int NoMark = -1;

    private readonly Memory<byte> _bytes;
    private readonly PoolLayout _layout;

    private PoolSegment(Memory<byte> bytes, PoolSize size)
    {
        _bytes = bytes;
        Size = size;
        _layout = new PoolLayout(size);
    }

    /// <summary>M and N.</summary>
    public PoolSize Size { get; }

    /// <summary>The mark of the balancer itself; used in the LB tier only.</summary>
    public int OwnMark
    {
        get
        {
            int mark = Int32At(PoolLayout.OwnMark);
            GC.KeepAlive(this);
            return mark;
        }
    }

    /// <summary>Counts the tables published so far; the parity names the side in force.</summary>
    public ulong Generation
    {
        get
        {
            ulong generation = Volatile.Read(ref UInt64At(PoolLayout.Generation));
            GC.KeepAlive(this);
            return generation;
        }
    }

    /// <summary>True when this segment was deleted or replaced, so that its name may lead to another one now.</summary>
    public bool IsRetired
    {
        get
        {
            int retired = Volatile.Read(ref Int32At(PoolLayout.Retired));
            GC.KeepAlive(this);
            return retired != 0;
        }
    }

    /// <summary>How many bytes a pool takes.</summary>
    public static int BytesFor(PoolSize size) => new PoolLayout(size).TotalBytes;

    /// <summary>Makes an empty pool of zeroed bytes.</summary>
    /// <remarks>The magic is written last, so that whoever looks meanwhile sees an unfinished segment.</remarks>
    /// <exception cref="SegmentException">The size is not one a pool can have.</exception>
    public static PoolSegment Format(Memory<byte> bytes, PoolSize size, int ownMark)
    {
        if (!size.IsValid(out string reason))
        {
            throw new SegmentException(reason);
        }
        var segment = new PoolSegment(bytes[..BytesFor(size)], size);
        segment.Int32At(PoolLayout.Version) = (int)PoolLayout.ExpectedVersion;
        segment.Int32At(PoolLayout.Entries) = size.Entries;
        segment.Int32At(PoolLayout.Slots) = size.Slots;
        segment.UInt64At(PoolLayout.SizeBytes) = (ulong)BytesFor(size);
        segment.UInt64At(PoolLayout.CheckSum) = CheckSumOf(size);
        // Both sides, so that neither holds marks of 0, which would be taken for targets.
        segment.Clear(ownMark);
        segment.Clear(ownMark);
        Volatile.Write(ref segment.UInt64At(PoolLayout.Magic), PoolLayout.ExpectedMagic);
        return segment;
    }

    /// <summary>Looks at a segment that somebody else made, trusting nothing in it.</summary>
    /// <exception cref="SegmentException">Foreign, unfinished, of another version, or of a size that does not
    /// fit.</exception>
    public static PoolSegment Open(Memory<byte> bytes)
    {
        if (bytes.Length < PoolLayout.HeaderBytes)
        {
            throw new SegmentException($"not a pool: only {bytes.Length} bytes");
        }
        var header = new PoolSegment(bytes, default);
        if (Volatile.Read(ref header.UInt64At(PoolLayout.Magic)) != PoolLayout.ExpectedMagic)
        {
            throw new SegmentException("not a pool, or one whose init did not finish");
        }
        uint version = (uint)header.Int32At(PoolLayout.Version);
        if (version != PoolLayout.ExpectedVersion)
        {
            throw new SegmentException($"a pool of version {version}, expected {PoolLayout.ExpectedVersion}");
        }
        var size = new PoolSize(header.Int32At(PoolLayout.Entries), header.Int32At(PoolLayout.Slots));
        if (!size.IsValid(out string reason) || header.UInt64At(PoolLayout.CheckSum) != CheckSumOf(size))
        {
            throw new SegmentException($"a damaged pool: M={size.Entries}, N={size.Slots} {reason}".TrimEnd());
        }
        int expected = BytesFor(size);
        if (bytes.Length < expected || header.UInt64At(PoolLayout.SizeBytes) != (ulong)expected)
        {
            throw new SegmentException($"a damaged pool: {bytes.Length} bytes where M and N need {expected}");
        }
        return new PoolSegment(bytes[..expected], size);
    }

    /// <summary>The whole look-up, step by step: entry, slot, mark.</summary>
    public Location Locate(uint hash) => TryFind(hash, out int slot, out var mark)
        ? new Location(EntryOf(hash), slot, mark)
        : new Location(EntryOf(hash), null, null);

    /// <summary>Finds the target that a hash belongs to; false when the pool is empty.</summary>
    /// <param name="hash">The packet's hash.</param>
    /// <param name="slot">The target's slot, 0 to N - 1; not valid when this returns false.</param>
    /// <param name="mark">Its mark; likewise.</param>
    public bool TryFind(uint hash, out int slot, out FirewallMark mark)
    {
        Span<byte> bytes = _bytes.Span;
        int entry = EntryOf(hash);
        ref ulong generation = ref UInt64At(bytes, PoolLayout.Generation);
        while (true)
        {
            ulong before = Volatile.Read(ref generation);
            int found = SlotAt(bytes, before, entry);
            int value = found < 0 ? NoMark : MarkAt(bytes, before, found);

            // While the generation stands, nobody writes to its side: what was read belongs together.
            if (Volatile.Read(ref generation) == before)
            {
                // The bytes may be a mapping that is undone when nothing refers to this object any more.
                GC.KeepAlive(this);
                slot = found;
                mark = new FirewallMark(value);
                return value >= 0;
            }
        }
    }

    /// <summary>Copies the table in force, in one piece.</summary>
    /// <param name="marks">N of them, by slot; -1 where the slot is empty.</param>
    /// <param name="entries">The slots of the first entries, as many as there is room for; -1 for none.</param>
    public void Read(Span<int> marks, Span<int> entries)
    {
        Span<byte> bytes = _bytes.Span;
        ulong before;
        do
        {
            before = Generation;
            for (int slot = 0; slot < marks.Length; slot++)
            {
                marks[slot] = MarkAt(bytes, before, slot);
            }
            for (int entry = 0; entry < entries.Length; entry++)
            {
                entries[entry] = SlotAt(bytes, before, entry);
            }
        }
        while (Generation != before);
        GC.KeepAlive(this);
    }

    /// <summary>Fills a table for these targets and puts it in force at once. The caller holds the writers'
    /// lock.</summary>
    /// <param name="marks">N of them, by slot; -1 where the slot is empty.</param>
    public void Publish(ReadOnlySpan<int> marks)
    {
        ulong next = Generation + 1;

        // Nothing below may be seen before the last change of the generation is: this side was in force then.
        Interlocked.MemoryBarrier();
        Span<byte> bytes = _bytes.Span;
        var slots = new List<int>(Size.Slots);
        for (int slot = 0; slot < Size.Slots; slot++)
        {
            Volatile.Write(ref Int32At(bytes, _layout.MarksOffset(next) + slot * sizeof(int)), marks[slot]);
            if (marks[slot] >= 0)
            {
                slots.Add(slot);
            }
        }
        Fill(Entries(bytes, next), slots);
        Volatile.Write(ref UInt64At(bytes, PoolLayout.Generation), next);
        GC.KeepAlive(this);
    }

    /// <summary>Puts an empty table in force and takes a new own mark. The caller holds the writers' lock.</summary>
    public void Clear(int ownMark)
    {
        var none = new int[Size.Slots];
        Array.Fill(none, NoMark);
        Publish(ownMark, none);
    }

    /// <summary>Takes a new own mark and puts a table for these targets in force. The caller holds the writers'
    /// lock.</summary>
    /// <param name="ownMark">The balancer's own mark.</param>
    /// <param name="marks">N of them, by slot; -1 where the slot is empty.</param>
    public void Publish(int ownMark, ReadOnlySpan<int> marks)
    {
        Int32At(PoolLayout.OwnMark) = ownMark;
        Publish(marks);
    }

    /// <summary>Tells all who have this segment mapped that its name is about to lead elsewhere.</summary>
    public void Retire()
    {
        Volatile.Write(ref Int32At(PoolLayout.Retired), 1);
        GC.KeepAlive(this);
    }

    private void Fill(Span<ushort> entries, List<int> slots)
    {
        if (slots.Count == 0)
        {
            entries.Fill(LookupTable.Free);
            return;
        }
        var permutations = new Permutation[Size.Slots];
        Permutation.Draw(new GlibcRandom(), Size.Entries, permutations);
        LookupTable.Fill(entries, permutations, new RoundRobin([.. slots]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int EntryOf(uint hash) => (int)(hash % (uint)Size.Entries);

    private int MarkAt(Span<byte> bytes, ulong generation, int slot) =>
        Volatile.Read(ref Int32At(bytes, _layout.MarksOffset(generation) + slot * sizeof(int)));

    /// <summary>-1 for none, also where a damaged entry names a slot that does not exist.</summary>
    private int SlotAt(Span<byte> bytes, ulong generation, int entry)
    {
        int slot = Volatile.Read(ref Entries(bytes, generation)[entry]);
        return slot < Size.Slots ? slot : NoMark;
    }

    private Span<ushort> Entries(Span<byte> bytes, ulong generation) =>
        MemoryMarshal.Cast<byte, ushort>(bytes.Slice(_layout.EntriesOffset(generation), _layout.EntriesBytes));

    private ref int Int32At(int offset) => ref Int32At(_bytes.Span, offset);

    private ref ulong UInt64At(int offset) => ref UInt64At(_bytes.Span, offset);

    private static ref int Int32At(Span<byte> bytes, int offset) =>
        ref MemoryMarshal.AsRef<int>(bytes.Slice(offset, sizeof(int)));

    private static ref ulong UInt64At(Span<byte> bytes, int offset) =>
        ref MemoryMarshal.AsRef<ulong>(bytes.Slice(offset, sizeof(ulong)));

    private static ulong CheckSumOf(PoolSize size) =>
        unchecked(((ulong)size.Entries << 32 | (uint)size.Slots) * 0x9e37_79b9_7f4a_7c15);
}

/// <summary>Where a hash leads in a pool.</summary>
/// <param name="Entry">Index into the table: hash mod M.</param>
/// <param name="Slot">The target's slot, null when the pool is empty.</param>
/// <param name="Mark">The target's mark, null when the pool is empty.</param>
public readonly record struct Location(int Entry, int? Slot, FirewallMark? Mark);
