using Nfqlb.Drain;
using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>A named pool of targets, as flows refer to it. Its segment may be replaced while packets flow.</summary>
public sealed partial class TargetPool
{
    private readonly int _workers;
    private readonly ConnectionTable? _connections;
    private readonly int _number;
    private volatile Use _use;

    /// <param name="name">The name by which `init` made it.</param>
    /// <param name="segment">The segment the name leads to now.</param>
    /// <param name="workers">How many workers count packets.</param>
    /// <param name="connections">Remembers connections while its tables change; null where they go by the table
    /// alone.</param>
    public TargetPool(PoolName name, PoolSegment segment, int workers, ConnectionTable? connections = null)
    {
        Name = name;
        _workers = workers;
        _connections = connections;
        _number = connections?.NumberPool() ?? 0;
        _use = NewUse(segment, null);
    }

    /// <summary>The name by which `init` made it.</summary>
    public PoolName Name { get; }

    /// <summary>The segment in use. A new one takes effect with the next look-up, and counts from 0.</summary>
    public PoolSegment Segment
    {
        get => _use.Segment;
        set => _use = NewUse(value, _use);
    }

    /// <summary>Finds the target that a packet belongs to by a look at the table.</summary>
    /// <param name="mode">What of SCTP is hashed.</param>
    /// <param name="rule">What of the packet is hashed.</param>
    /// <param name="key">The packet's.</param>
    /// <param name="target">The target; not valid when this returns false.</param>
    /// <returns>False when it takes more than that: the table has just changed, or its connections drain.</returns>
    public bool TryFind(HashMode mode, HashRule rule, in PacketKey key, out Target target)
    {
        // Hash and table of one segment: it may be replaced meanwhile by one with another seed.
        var use = _use;
        uint hash = use.Segment.HashOf(mode, rule, key);
        if (use.Draining is not { } draining)
        {
            use.Segment.TryFind(hash, out int slot, out var mark);
            target = new Target(use, slot, mark.Value);
            return true;
        }
        int entry = (int)(hash % (uint)draining.Table.Size);
        target = use.TargetOf(draining, draining.Table.Entries[entry]);
        return draining.Table.Generation == use.Segment.Generation && !draining.HasMoved(entry);
    }

    /// <summary>In a tier of balancers, finds the other one that a packet belongs to by its addresses; false when it
    /// belongs to this one, or to none.</summary>
    /// <param name="key">The packet's.</param>
    /// <param name="balancer">The other balancer; not valid when this returns false.</param>
    public bool TryFindOther(in PacketKey key, out Target balancer)
    {
        var use = _use;
        bool isFound = use.Segment.TryFindOther(use.Segment.HashOfAddresses(key), out int slot, out var mark);
        balancer = new Target(use, slot, mark.Value);
        return isFound;
    }

    /// <summary>Counts packets that somebody else has given to a target.</summary>
    /// <param name="segment">Whose table said so; when it is not in use any more, its counts are gone.</param>
    /// <param name="slot">0 to N - 1.</param>
    /// <param name="packets">How many.</param>
    /// <param name="bytes">Their bytes, from the IP headers on.</param>
    /// <param name="worker">Who says so, from 0; only its thread may.</param>
    public void Add(PoolSegment segment, int slot, long packets, long bytes, int worker)
    {
        var use = _use;
        if (use.Segment == segment)
        {
            use.Add(worker, slot, packets, bytes);
        }
    }

    /// <summary>Packets that the target in a slot has been given, by all workers.</summary>
    /// <param name="slot">0 to N - 1; behind that, of a segment that was replaced meanwhile, there are none.</param>
    public long PacketsOf(int slot) => _use.PacketsOf(slot);

    /// <summary>Their bytes, from the IP headers on, also those that the queue did not copy.</summary>
    /// <param name="slot">As for <see cref="PacketsOf"/>.</param>
    public long BytesOf(int slot) => _use.BytesOf(slot);

    /// <summary>Counts on from what another balancer has counted. Only while no worker counts.</summary>
    /// <param name="slot">0 to N - 1.</param>
    /// <param name="packets">How many the target in it has been given.</param>
    /// <param name="bytes">Their bytes.</param>
    public void Carry(int slot, long packets, long bytes) => _use.Carry(slot, packets, bytes);

    /// <summary>A target that was found, to be counted once it is clear that the packet goes there.</summary>
    public readonly struct Target
    {
        private readonly Use _use;
        private readonly int _slot;
        private readonly int _mark;

        internal Target(Use use, int slot, int mark) => (_use, _slot, _mark) = (use, slot, mark);

        /// <summary>False when the pool has none for the packet.</summary>
        public bool IsFound => _mark >= 0;

        /// <summary>Leads to it. Valid only when it was found.</summary>
        public FirewallMark Mark => new(_mark);

        /// <summary>True when the table names another one, or none, and the connection of the packet stays.</summary>
        public bool IsKept { get; internal init; }

        /// <summary>One packet more.</summary>
        /// <param name="worker">From 0; only this worker's thread may say so.</param>
        /// <param name="lengthBytes">The packet's length, from its IP header on.</param>
        public void Count(int worker, int lengthBytes) => _use.Count(worker, _slot, lengthBytes);
    }

    internal sealed class Use(PoolSegment segment, int workers, DrainingTable? draining)
    {
        private readonly Lock _changes = new();
        private volatile DrainingTable? _draining = draining;

        // Packets and bytes of a slot side by side, so that the second count costs an addition and no cache line.
        private readonly WorkerCounts _counts = new(workers, 2 * segment.Size.Slots);

        public PoolSegment Segment { get; } = segment;

        /// <summary>What packets are balanced by, as long as it is of the segment's generation; null where that is the
        /// segment alone.</summary>
        public DrainingTable? Draining => _draining;

        public Target TargetOf(DrainingTable table, ushort slot) => new(this, slot, table.Table.MarkOf(slot));

        public void Count(int worker, int slot, int lengthBytes)
        {
            _counts.Increment(worker, 2 * slot);
            _counts.Add(worker, 2 * slot + 1, lengthBytes);
        }

        public void Add(int worker, int slot, long packets, long bytes)
        {
            _counts.Add(worker, 2 * slot, packets);
            _counts.Add(worker, 2 * slot + 1, bytes);
        }

        public void Carry(int slot, long packets, long bytes)
        {
            _counts.Carry(2 * slot, packets);
            _counts.Carry(2 * slot + 1, bytes);
        }

        /// <summary>Follows the segment, and forgets what is over. One at a time: whoever comes meanwhile goes by what
        /// was before, as if it had come a moment earlier.</summary>
        public DrainingTable Follow(long now, long lasts)
        {
            if (_changes.TryEnter())
            {
                try
                {
                    var current = _draining!;
                    _draining = Segment.Generation == current.Table.Generation
                        ? current.Rest(now)
                        : current.Follow(Segment.CopyTable(), now, lasts);
                }
                finally
                {
                    _changes.Exit();
                }
            }
            return _draining!;
        }

        /// <summary>Goes on with what another balancer has.</summary>
        public void Carry(DrainingTable draining)
        {
            lock (_changes)
            {
                _draining = draining;
            }
        }

        public long PacketsOf(int slot) => slot < Segment.Size.Slots ? _counts.Sum(2 * slot) : 0;

        public long BytesOf(int slot) => slot < Segment.Size.Slots ? _counts.Sum(2 * slot + 1) : 0;
    }
}
