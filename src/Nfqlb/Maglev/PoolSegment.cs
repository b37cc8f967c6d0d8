using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>A pool as it stands in shared memory: marks by slot, and the table that hashes are looked up in.</summary>
/// <remarks>
/// Any number of readers, in any process, and one writer at a time, who holds a lock that is not kept here.
/// Readers never wait and never see a hole: the table has two sides, one in force and one to build on, and a
/// writer that dies halfway leaves the side in force untouched. See <see cref="PoolLayout"/>.
/// </remarks>
public sealed partial class PoolSegment
{
    private const int NoMark = -1;

    private readonly Memory<byte> _bytes;
    private readonly PoolLayout _layout;

    private PoolSegment(Memory<byte> bytes, PoolShape shape, int version)
    {
        _bytes = bytes;
        Shape = shape;
        Size = shape.Size;
        _layout = new PoolLayout(shape, version);
    }

    /// <summary>What it is made for.</summary>
    public PoolShape Shape { get; }

    /// <summary>M and N.</summary>
    public PoolSize Size { get; }

    /// <summary>The mark of the balancer itself; used in the LB tier only.</summary>
    public int OwnMark
    {
        get
        {
            Span<byte> bytes = _bytes.Span;
            ulong before;
            int mark;
            do
            {
                before = Generation;
                mark = OwnMarkAt(bytes, before);
            }
            while (Generation != before);
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

    /// <summary>True for one that an older nfqlb has made, and that can be told marks alone.</summary>
    public bool IsOld => _layout.IsOld;

    /// <summary>The hash by which this pool looks a packet up.</summary>
    public uint HashOf(HashMode mode, in PacketKey key) =>
        Shape.Seed is { } seed ? mode.Hash(seed, key) : mode.Hash(key);

    /// <summary>The same for a flow that has less hashed, or both directions as one; its word goes before the mode's.
    /// </summary>
    public uint HashOf(HashMode mode, HashRule rule, in PacketKey key) =>
        rule.IsDefault ? HashOf(mode, key) : HashOf(HashMode.Tuple, rule.Of(key));

    /// <summary>The same for the LB tier, where all fragments of a packet must meet: of its addresses alone.</summary>
    public uint HashOfAddresses(in PacketKey key) =>
        Shape.Seed is { } seed ? KeyedHash.OfAddresses(seed, key) : FlowHash.OfAddresses(key);

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

    /// <summary>The same in a tier of balancers: false also when the hash belongs to this one.</summary>
    /// <param name="hash">The packet's hash.</param>
    /// <param name="slot">The other balancer's slot, 0 to N - 1; not valid when this returns false.</param>
    /// <param name="mark">Its mark; likewise.</param>
    public bool TryFindOther(uint hash, out int slot, out FirewallMark mark)
    {
        Span<byte> bytes = _bytes.Span;
        int entry = EntryOf(hash);
        ref ulong generation = ref UInt64At(bytes, PoolLayout.Generation);
        while (true)
        {
            ulong before = Volatile.Read(ref generation);
            int found = SlotAt(bytes, before, entry);
            int value = found < 0 ? NoMark : MarkAt(bytes, before, found);
            int own = OwnMarkAt(bytes, before);
            if (Volatile.Read(ref generation) == before)
            {
                GC.KeepAlive(this);
                slot = found;
                mark = new FirewallMark(value);
                return value >= 0 && value != own;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int EntryOf(uint hash) => (int)(hash % (uint)Size.Entries);

    private int MarkAt(Span<byte> bytes, ulong generation, int slot) =>
        Volatile.Read(ref Int32At(bytes, _layout.MarkOffset(generation, slot)));

    private int OwnMarkAt(Span<byte> bytes, ulong generation) =>
        Volatile.Read(ref Int32At(bytes, _layout.OwnMarkOffset(generation)));

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
}

/// <summary>Where a hash leads in a pool.</summary>
/// <param name="Entry">Index into the table: hash mod M.</param>
/// <param name="Slot">The target's slot, null when the pool is empty.</param>
/// <param name="Mark">The target's mark, null when the pool is empty.</param>
public readonly record struct Location(int Entry, int? Slot, FirewallMark? Mark);
