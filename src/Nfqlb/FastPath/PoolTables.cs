using System.Runtime.InteropServices;
using Nfqlb.Drain;
using Nfqlb.Maglev;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>The pools' tables as the program in the kernel reads them, copied from the pools' segments.</summary>
/// <remarks>
/// A pool has two sides here as it has there, and is published by one store of 64 bits: the program reads a table only
/// while its generation stands. Entries that drain are left to user space, from the same store on. Whoever changes
/// flows and pools here is one thread at a time.
/// </remarks>
public sealed class PoolTables
{
    private const int EntriesPerWord = 2;

    private readonly Memory<byte> _bytes;
    private readonly Dictionary<TargetPool, PlacedPool> _pools = [];
    private readonly Room _heads = new(0, FASTPATH_POOLS_MAX);
    private readonly Room _words;
    private readonly Room _targets = new(0, FASTPATH_TARGETS_MAX);
    private ulong _generation;

    /// <param name="bytes">The map, FASTPATH_TABLE_WORDS words, all 0.</param>
    public PoolTables(Memory<byte> bytes)
    {
        _bytes = bytes;
        int heads = FASTPATH_POOLS_MAX * FASTPATH_POOL_WORDS;
        _words = new Room(heads, FASTPATH_TABLE_WORDS - heads);
    }

    /// <summary>The pools that are here.</summary>
    public IEnumerable<PlacedPool> Pools => _pools.Values;

    /// <summary>Which pool this is here; takes it in when it is new.</summary>
    /// <returns>Null when there is no room.</returns>
    public int? PlaceOf(TargetPool pool)
    {
        if (_pools.TryGetValue(pool, out var known))
        {
            return known.Head;
        }
        if (_heads.Take(1) is not { } head)
        {
            return null;
        }
        var (segment, draining) = pool.Follow();
        var placed = new PlacedPool(pool, segment, head);
        if (!TryTakeRoom(placed, segment))
        {
            _heads.GiveBack(head, 1);
            return null;
        }
        _pools.Add(pool, placed);
        Publish(placed, draining);
        return head;
    }

    /// <summary>Copies what has changed in the pools' segments since.</summary>
    /// <returns>How many pools that were.</returns>
    public int Refresh()
    {
        int changed = 0;
        foreach (var placed in _pools.Values)
        {
            var (segment, draining) = placed.Pool.Follow();
            if (segment == placed.Segment && IsCopied(placed, draining))
            {
                continue;
            }
            changed++;
            if (segment != placed.Segment)
            {
                Withdraw(placed);
                GiveBackRoom(placed);
                _ = TryTakeRoom(placed, segment);
            }
            Publish(placed, draining);
        }
        return changed;
    }

    /// <summary>Where the program would find a hash to lead (native/fastpath/target.bpf.h).</summary>
    /// <param name="head">Of <see cref="PlaceOf"/>.</param>
    /// <param name="hash">Of a packet.</param>
    /// <param name="target">The count of the target; 0 where it is left to user space.</param>
    public Judgement Judge(int head, uint hash, out int target)
    {
        target = 0;
        var pool = Words.Slice(head * FASTPATH_POOL_WORDS, FASTPATH_POOL_WORDS);
        ulong generation = RuleRecord.ReadLong(pool[FASTPATH_POOL_GENERATION..]);
        uint entries = pool[FASTPATH_POOL_ENTRIES];
        if (generation == 0 || entries == 0)
        {
            return new Judgement(FASTPATH_LEFT_POOL);
        }
        int side = FASTPATH_POOL_SIDES + (int)(generation & 1) * 2;
        int entry = (int)(hash % entries);
        uint word = Words[(int)pool[side] + entry / EntriesPerWord];
        int slot = (int)(entry % EntriesPerWord == 0 ? word & ushort.MaxValue : word >> 16);
        if (slot == FASTPATH_DRAINS)
        {
            return new Judgement(FASTPATH_LEFT_DRAINING);
        }
        int mark = slot < pool[FASTPATH_POOL_SLOTS] ? (int)Words[(int)pool[side + 1] + slot] : -1;
        target = mark < 0 ? 0 : (int)pool[FASTPATH_POOL_TARGETS] + slot;
        return mark < 0 ? new Judgement(FASTPATH_LEFT_POOL) : new Judgement(FASTPATH_DECIDED, mark);
    }

    private static bool IsCopied(PlacedPool placed, DrainingTable? draining) => draining is null
        ? placed.Segment.Generation == placed.SegmentGeneration
        : ReferenceEquals(draining, placed.Draining);

    /// <summary>Forgets pools that no flow refers to any more. No image in force may name them.</summary>
    public void Keep(IReadOnlySet<TargetPool> used)
    {
        foreach (var placed in _pools.Values.Where(placed => !used.Contains(placed.Pool)).ToArray())
        {
            Withdraw(placed);
            GiveBackRoom(placed);
            _heads.GiveBack(placed.Head, 1);
            _pools.Remove(placed.Pool);
        }
    }

    private bool TryTakeRoom(PlacedPool placed, PoolSegment segment)
    {
        placed.Segment = segment;
        if (segment.Shape.Seed is not null)
        {
            placed.HasRoom = false; // its packets have another hash than the kernel reckons
            return false;
        }
        int? words = _words.Take(placed.Words);
        int? targets = _targets.Take(segment.Size.Slots);
        if (words is not null && targets is not null)
        {
            placed.FirstWord = words.Value;
            placed.FirstTarget = targets.Value;
            placed.HasRoom = true;
            return true;
        }
        if (words is not null)
        {
            _words.GiveBack(words.Value, placed.Words);
        }
        if (targets is not null)
        {
            _targets.GiveBack(targets.Value, segment.Size.Slots);
        }
        placed.HasRoom = false;
        return false;
    }

    private void GiveBackRoom(PlacedPool placed)
    {
        if (placed.HasRoom)
        {
            _words.GiveBack(placed.FirstWord, placed.Words);
            _targets.GiveBack(placed.FirstTarget, placed.Segment.Size.Slots);
            placed.HasRoom = false;
        }
    }

    /// <summary>From now on its packets are left to user space.</summary>
    private void Withdraw(PlacedPool placed)
    {
        SetGeneration(placed, 0);
        Interlocked.MemoryBarrier(); // nothing that is written later may be seen before
    }

    private void Publish(PlacedPool placed, DrainingTable? draining)
    {
        placed.SegmentGeneration = placed.Segment.Generation;
        placed.Draining = draining;
        if (!placed.HasRoom)
        {
            return;
        }
        ulong next = ++_generation;
        var words = Words;
        var size = placed.Segment.Size;
        var head = words.Slice(placed.Head * FASTPATH_POOL_WORDS, FASTPATH_POOL_WORDS);
        bool isNew = Volatile.Read(ref GenerationOf(placed)) == 0;
        if (!isNew && (GenerationOf(placed) & 1) == (next & 1))
        {
            next = ++_generation; // the other side than the one in force
        }
        Interlocked.MemoryBarrier(); // nothing below may be seen before the last change of the generation is
        var side = words.Slice(placed.FirstWord + (int)(next & 1) * placed.Words / 2, placed.Words / 2);
        Copy(placed.Segment, draining, side);
        if (isNew)
        {
            WriteHead(placed, head, size);
        }
        SetGeneration(placed, next);
    }

    private static void WriteHead(PlacedPool placed, Span<uint> head, PoolSize size)
    {
        head[FASTPATH_POOL_ENTRIES] = (uint)size.Entries;
        head[FASTPATH_POOL_SLOTS] = (uint)size.Slots;
        head[FASTPATH_POOL_TARGETS] = (uint)placed.FirstTarget;
        for (int side = 0; side < 2; side++)
        {
            int first = placed.FirstWord + side * placed.Words / 2;
            head[FASTPATH_POOL_SIDES + 2 * side] = (uint)first;
            head[FASTPATH_POOL_SIDES + 2 * side + 1] = (uint)(first + WordsOfEntries(size));
        }
    }

    private static void Copy(PoolSegment segment, DrainingTable? draining, Span<uint> side)
    {
        int wordsOfEntries = WordsOfEntries(segment.Size);
        var packed = MemoryMarshal.Cast<uint, ushort>(side[..wordsOfEntries]);
        var table = draining?.Table ?? segment.CopyTable();
        table.Entries.CopyTo(packed); // TableCopy.Nobody is no slot of any pool
        if (draining is { Moved: { } moved })
        {
            for (int entry = 0; entry < table.Size; entry++)
            {
                packed[entry] = moved.Contains(entry) ? (ushort)FASTPATH_DRAINS : packed[entry];
            }
        }
        MemoryMarshal.Cast<int, uint>(table.Marks).CopyTo(side[wordsOfEntries..]);
    }

    private Span<uint> Words => MemoryMarshal.Cast<byte, uint>(_bytes.Span);

    private ref ulong GenerationOf(PlacedPool placed) => ref MemoryMarshal.AsRef<ulong>(
        _bytes.Span.Slice(
            (placed.Head * FASTPATH_POOL_WORDS + FASTPATH_POOL_GENERATION) * sizeof(uint), sizeof(ulong)));

    private void SetGeneration(PlacedPool placed, ulong generation) =>
        Volatile.Write(ref GenerationOf(placed), generation);

    private static int WordsOfEntries(PoolSize size) => (size.Entries + EntriesPerWord - 1) / EntriesPerWord;

    /// <summary>A pool with its places here.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="segment">Its segment.</param>
    /// <param name="head">Which pool it is here.</param>
    public sealed class PlacedPool(TargetPool pool, PoolSegment segment, int head)
    {
        /// <summary>The pool.</summary>
        public TargetPool Pool { get; } = pool;

        /// <summary>The count of the target in slot 0; the others follow. Valid while <see cref="HasRoom"/>.</summary>
        public int FirstTarget { get; internal set; }

        /// <summary>Whether there is room for its table and its counts; else its packets are left to user space.
        /// </summary>
        public bool HasRoom { get; internal set; }

        /// <summary>What its table was copied from.</summary>
        public PoolSegment Segment { get; internal set; } = segment;

        internal int Head { get; } = head;

        internal ulong SegmentGeneration { get; set; }

        /// <summary>What its table was copied from; null where that was the segment.</summary>
        internal DrainingTable? Draining { get; set; }

        internal int FirstWord { get; set; }

        /// <summary>Of both sides.</summary>
        internal int Words => 2 * (WordsOfEntries(Segment.Size) + Segment.Size.Slots);
    }
}
