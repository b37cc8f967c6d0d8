using Nfqlb.Drain;

namespace Nfqlb.Maglev;

public sealed partial class PoolSegment
{
    /// <summary>Copies marks and table in force, in one piece.</summary>
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

    /// <summary>Copies what the pool was told last, in one piece.</summary>
    public PoolContent ReadContent() => Snapshot([]).Content;

    /// <summary>Copies what the pool was told last and its table, in one piece.</summary>
    public PoolSnapshot Snapshot() => Snapshot(new int[Size.Entries]);

    /// <summary>Counts the targets that can take packets, in one piece.</summary>
    public int CountAble()
    {
        Span<byte> bytes = _bytes.Span;
        int able;
        ulong before;
        do
        {
            before = Generation;
            able = 0;
            for (int slot = 0; slot < Size.Slots; slot++)
            {
                int mark = MarkAt(bytes, before, slot);
                bool isAble = mark >= 0
                    && (IsOld || TargetAt(bytes, before, slot, new FirewallMark(mark)).CanTakePackets);
                able += isAble ? 1 : 0;
            }
        }
        while (Generation != before);
        GC.KeepAlive(this);
        return able;
    }

    /// <summary>Copies what packets are balanced by, in one piece.</summary>
    public TableCopy CopyTable()
    {
        Span<byte> bytes = _bytes.Span;
        var entries = new ushort[Size.Entries];
        var marks = new int[Size.Slots];
        var keeps = new bool[Size.Slots];
        ulong before;
        do
        {
            before = Generation;
            Entries(bytes, before).CopyTo(entries);
            for (int slot = 0; slot < marks.Length; slot++)
            {
                marks[slot] = MarkAt(bytes, before, slot);
                keeps[slot] = marks[slot] >= 0
                    && (IsOld || TargetAt(bytes, before, slot, new FirewallMark(marks[slot])).CanKeepConnections);
            }

            // Entries were read by plain loads, which may not be late.
            Interlocked.MemoryBarrier();
        }
        while (Generation != before);
        GC.KeepAlive(this);
        foreach (ref ushort slot in entries.AsSpan())
        {
            slot = slot < marks.Length ? slot : TableCopy.Nobody; // a damaged one names a slot that does not exist
        }
        return new TableCopy(before, entries, marks, keeps);
    }

    /// <summary>True when the segment has room for all that this says; one of an older version has none for what is
    /// new.</summary>
    public bool CanHold(PoolContent content) =>
        content.Shape == Shape && (!IsOld || content.Equals(Old(content)));

    /// <summary>Fills a table and puts it in force at once, with what it follows from. The caller holds the writers'
    /// lock.</summary>
    /// <param name="content">One that the segment <see cref="CanHold"/>.</param>
    public void Publish(PoolContent content)
    {
        if (!CanHold(content))
        {
            throw new ArgumentException("of another shape, or more than a pool of this version holds", nameof(content));
        }
        ulong next = Generation + 1;

        // Nothing below may be seen before the last change of the generation is: this side was in force then.
        Interlocked.MemoryBarrier();
        Span<byte> bytes = _bytes.Span;
        WriteSettings(bytes, next, content.Settings);
        for (int slot = 0; slot < Size.Slots; slot++)
        {
            WriteTarget(bytes, next, slot, content.Slots[slot]);
        }
        var entries = Entries(bytes, next);
        if (!PoolTable.Fill(content, entries) && content.Settings.WhenEmpty == WhenEmpty.Keep)
        {
            Keep(bytes, next - 1, entries);
        }
        Volatile.Write(ref UInt64At(bytes, PoolLayout.Generation), next);
        GC.KeepAlive(this);
    }

    /// <summary>Puts other marks in the slots. The caller holds the writers' lock.</summary>
    /// <param name="marks">N of them, by slot; -1 where the slot is empty.</param>
    /// <exception cref="SegmentException">A keyed pool cannot do with a new mark alone.</exception>
    public void Publish(ReadOnlySpan<int> marks)
    {
        var content = ReadContent().WithMarks(marks);
        if (Shape.Seed is not null && content.Slots.Any(target => target is { Name: null }))
        {
            throw new SegmentException("it knows targets by name, and a new one has none");
        }
        Publish(content);
    }

    /// <summary>Puts an empty table in force and takes a new own mark. The caller holds the writers' lock.</summary>
    public void Clear(int ownMark) => Publish(PoolContent.Empty(Shape, new PoolSettings(ownMark)));

    /// <summary>Tells all who have this segment mapped that its name is about to lead elsewhere.</summary>
    public void Retire()
    {
        Volatile.Write(ref Int32At(PoolLayout.Retired), 1);
        GC.KeepAlive(this);
    }

    /// <summary>The part that a segment of the old version has room for. Its own mark stands outside the sides, and so
    /// may be set only as long as no table can be seen to change with it.</summary>
    private PoolContent Old(PoolContent content) => content with
    {
        Settings = new PoolSettings(OwnMark),
        Slots = [.. content.Slots.Select(target => (SlotTarget?)(target is { } full ? new(full.Mark) : null))],
    };

    private PoolSnapshot Snapshot(int[] entries)
    {
        Span<byte> bytes = _bytes.Span;
        while (true)
        {
            ulong before = Generation;
            var slots = new SlotTarget?[Size.Slots];
            for (int slot = 0; slot < slots.Length; slot++)
            {
                slots[slot] = ReadTarget(bytes, before, slot);
            }
            for (int entry = 0; entry < entries.Length; entry++)
            {
                entries[entry] = SlotAt(bytes, before, entry);
            }
            var settings = ReadSettings(bytes, before);

            // Names were read by plain loads, which may not be late.
            Interlocked.MemoryBarrier();
            if (Generation == before)
            {
                GC.KeepAlive(this);
                return new PoolSnapshot(before, PoolContent.Of(Shape, settings, slots), entries);
            }
        }
    }

    /// <summary>The last table, but for the entries of targets that are gone: they stay free.</summary>
    private void Keep(Span<byte> bytes, ulong last, Span<ushort> entries)
    {
        for (int entry = 0; entry < entries.Length; entry++)
        {
            int slot = SlotAt(bytes, last, entry);
            int mark = slot < 0 ? NoMark : MarkAt(bytes, last, slot);
            if (mark >= 0 && mark == MarkAt(bytes, last + 1, slot))
            {
                entries[entry] = (ushort)slot;
            }
        }
    }

    private void WriteSettings(Span<byte> bytes, ulong generation, PoolSettings settings)
    {
        if (IsOld)
        {
            return; // CanHold has seen that the own mark is the same, and there is no more.
        }
        Volatile.Write(ref Int32At(bytes, _layout.OwnMarkOffset(generation)), settings.OwnMark);
        Volatile.Write(ref Int32At(bytes, _layout.MinActiveOffset(generation)), settings.MinActive);
        Volatile.Write(ref Int32At(bytes, _layout.WhenEmptyOffset(generation)), (int)settings.WhenEmpty);
    }

    private PoolSettings ReadSettings(Span<byte> bytes, ulong generation)
    {
        var settings = new PoolSettings(OwnMarkAt(bytes, generation));
        if (IsOld)
        {
            return settings;
        }
        int minActive = Volatile.Read(ref Int32At(bytes, _layout.MinActiveOffset(generation)));
        int whenEmpty = Volatile.Read(ref Int32At(bytes, _layout.WhenEmptyOffset(generation)));
        return settings with
        {
            MinActive = Math.Max(minActive, 1),
            WhenEmpty = whenEmpty == (int)WhenEmpty.Keep ? WhenEmpty.Keep : WhenEmpty.NoTarget,
        };
    }

    private void WriteTarget(Span<byte> bytes, ulong generation, int slot, SlotTarget? target)
    {
        int mark = target?.Mark.Value ?? NoMark;
        Volatile.Write(ref Int32At(bytes, _layout.MarkOffset(generation, slot)), mark);
        if (IsOld)
        {
            return;
        }
        ulong attributes = target is { } known ? SlotAttributes.Of(known) : 0;
        Volatile.Write(ref UInt64At(bytes, _layout.AttributesOffset(generation, slot)), attributes);
        if (_layout.HasNames)
        {
            var room = NameAt(bytes, generation, slot);
            room.Clear();
            string name = target?.Name?.Text ?? "";
            room[0] = (byte)name.Length;
            for (int i = 0; i < name.Length; i++)
            {
                room[1 + i] = (byte)name[i]; // names are ASCII
            }
        }
    }

    private SlotTarget? ReadTarget(Span<byte> bytes, ulong generation, int slot)
    {
        int value = MarkAt(bytes, generation, slot);
        if (value < 0)
        {
            return null;
        }
        var mark = new FirewallMark(value);
        if (IsOld)
        {
            return new SlotTarget(mark);
        }
        var target = TargetAt(bytes, generation, slot, mark);
        return _layout.HasNames ? target with { Name = NameOf(NameAt(bytes, generation, slot)) } : target;
    }

    /// <summary>The target in a slot, without its name. Not in a segment of the old version.</summary>
    private SlotTarget TargetAt(Span<byte> bytes, ulong generation, int slot, FirewallMark mark) =>
        SlotAttributes.Read(
            mark, Volatile.Read(ref UInt64At(bytes, _layout.AttributesOffset(generation, slot))));

    private Span<byte> NameAt(Span<byte> bytes, ulong generation, int slot) =>
        bytes.Slice(_layout.NameOffset(generation, slot), PoolLayout.NameBytes);

    /// <summary>Null for what is no name.</summary>
    private static TargetName? NameOf(ReadOnlySpan<byte> room)
    {
        int length = Math.Min((int)room[0], TargetName.MostCharacters);
        var text = new char[length];
        for (int i = 0; i < length; i++)
        {
            text[i] = (char)room[1 + i];
        }
        return TargetName.TryParse(new string(text), out var name, out _) ? name : null;
    }
}
