using Nfqlb.Packets;

namespace Nfqlb.Maglev;

/// <summary>A named pool of targets, as flows refer to it. Its segment may be replaced while packets flow.</summary>
/// <param name="name">The name by which `init` made it.</param>
/// <param name="segment">The segment the name leads to now.</param>
/// <param name="workers">How many workers count packets.</param>
public sealed class TargetPool(PoolName name, PoolSegment segment, int workers)
{
    private volatile Use _use = new(segment, workers);

    /// <summary>The name by which `init` made it.</summary>
    public PoolName Name { get; } = name;

    /// <summary>The segment in use. A new one takes effect with the next look-up, and counts from 0.</summary>
    public PoolSegment Segment
    {
        get => _use.Segment;
        set => _use = new Use(value, workers);
    }

    /// <summary>Finds the target that a packet belongs to; false when the pool has none.</summary>
    /// <param name="mode">What of SCTP is hashed.</param>
    /// <param name="rule">What of the packet is hashed.</param>
    /// <param name="key">The packet's.</param>
    /// <param name="target">The target; not valid when this returns false.</param>
    public bool TryFind(HashMode mode, HashRule rule, in PacketKey key, out Target target)
    {
        // Hash and table of one segment: it may be replaced meanwhile by one with another seed.
        var use = _use;
        bool isFound = use.Segment.TryFind(use.Segment.HashOf(mode, rule, key), out int slot, out var mark);
        target = new Target(use, slot, mark);
        return isFound;
    }

    /// <summary>In a tier of balancers, finds the other one that a packet belongs to by its addresses; false when it
    /// belongs to this one, or to none.</summary>
    /// <param name="key">The packet's.</param>
    /// <param name="balancer">The other balancer; not valid when this returns false.</param>
    public bool TryFindOther(in PacketKey key, out Target balancer)
    {
        var use = _use;
        bool isFound = use.Segment.TryFindOther(use.Segment.HashOfAddresses(key), out int slot, out var mark);
        balancer = new Target(use, slot, mark);
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

        internal Target(Use use, int slot, FirewallMark mark) => (_use, _slot, Mark) = (use, slot, mark);

        /// <summary>Leads to it.</summary>
        public FirewallMark Mark { get; }

        /// <summary>One packet more.</summary>
        /// <param name="worker">From 0; only this worker's thread may say so.</param>
        /// <param name="lengthBytes">The packet's length, from its IP header on.</param>
        public void Count(int worker, int lengthBytes) => _use.Count(worker, _slot, lengthBytes);
    }

    internal sealed class Use(PoolSegment segment, int workers)
    {
        // Packets and bytes of a slot side by side, so that the second count costs an addition and no cache line.
        private readonly WorkerCounts _counts = new(workers, 2 * segment.Size.Slots);

        public PoolSegment Segment { get; } = segment;

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

        public long PacketsOf(int slot) => slot < Segment.Size.Slots ? _counts.Sum(2 * slot) : 0;

        public long BytesOf(int slot) => slot < Segment.Size.Slots ? _counts.Sum(2 * slot + 1) : 0;
    }
}
