using Nfqlb.Packets;

namespace Nfqlb.Fragments;

/// <summary>What is remembered of fragmented packets, so that all fragments of one get the same verdict.</summary>
/// <remarks>
/// <para>
/// Shared by all workers, since fragments of a packet may come by different queues. Its parts have locks of their own,
/// which only fragments take. All memory is taken at construction: 400 bytes a packet, and as many and an MTU a stored
/// fragment.
/// </para>
/// <para>
/// A fragment that comes before the first one of its packet is kept. When the first one has got its verdict, those
/// that waited are sent back through the kernel's input and come once more, as later fragments of a packet that is
/// known. So none is sent twice, and none waits longer than the time to live behind the one before.
/// </para>
/// <para>
/// A flood of first fragments pushes the oldest packets out, which are mostly done with; one of orphans the oldest that
/// wait, which are mostly orphans. Of both a source that has more than its share loses its own first.
/// </para>
/// </remarks>
public sealed partial class FragmentTable
{
    private const int MostShards = 8;
    private const int FewestEntriesInShard = 64;

    private readonly FragmentShard[] _shards;
    private readonly WaitingRoom _room;
    private readonly IReinjection? _reinjection;
    private readonly HashSeed _seed;
    private long _reinjected;
    private long _notReinjected;
    private long _dropped;

    /// <summary>An empty table.</summary>
    /// <param name="options">Sizes and times.</param>
    /// <param name="reinjection">The way back for stored fragments; null to keep none.</param>
    public FragmentTable(FragmentTableOptions options, IReinjection? reinjection)
    {
        Options = options;
        _reinjection = reinjection;
        _seed = options.Seed;
        _room = new WaitingRoom(reinjection is null ? 0 : options.StoredFragments, options);
        int entries = Math.Max(1, options.Size + options.ExtraEntries);
        int shards = Math.Clamp(entries / FewestEntriesInShard, 1, MostShards);
        _shards = new FragmentShard[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            _shards[shard] = new FragmentShard((entries + shards - 1) / shards, options, _room);
        }
    }

    /// <summary>Sizes and times.</summary>
    public FragmentTableOptions Options { get; }

    /// <summary>Remembers the verdict of a first fragment, and sends those that waited for it on their way.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="verdict">Of the packet.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <returns>The fragment itself may go only when passed.</returns>
    public FragmentOutcome AddFirst(in Fragment fragment, Verdict verdict, long now)
    {
        uint hash = fragment.Key.Hash(_seed);
        var outcome = ShardOf(hash).AddFirst(fragment, hash, verdict, now, out var released);
        if (!released.IsEmpty)
        {
            SendBack(released, verdict);
        }
        return outcome;
    }

    /// <summary>Gives a later fragment its packet's verdict, or keeps it until there is one.</summary>
    /// <param name="fragment">Its place.</param>
    /// <param name="bytes">From the IP header on; may be cut short, but is kept only if it is whole.</param>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    /// <param name="verdict">The verdict of the first fragment when passed, else to drop.</param>
    /// <param name="carriedMark">The mark that it came with; see <see cref="CarriedMarkOf"/>.</param>
    public FragmentOutcome AddLater(
        in Fragment fragment, ReadOnlySpan<byte> bytes, long now, out Verdict verdict, uint carriedMark = 0)
    {
        uint hash = fragment.Key.Hash(_seed);
        return ShardOf(hash).AddLater(fragment, hash, bytes, carriedMark, now, out verdict);
    }

    /// <summary>The mark that fragments of a packet came with, before they were stored: the way back through the
    /// kernel's input takes it from them.</summary>
    /// <returns>Of the last one that was stored; 0 where none was.</returns>
    public uint CarriedMarkOf(in FragmentKey key)
    {
        uint hash = key.Hash(_seed);
        return ShardOf(hash).CarriedMarkOf(key, hash);
    }

    /// <summary>Forgets what is too old. Needed only for true statistics: what is looked up is expired on the way.
    /// </summary>
    /// <param name="now">Monotonic time, in nanoseconds.</param>
    public void Expire(long now)
    {
        foreach (var shard in _shards)
        {
            shard.Expire(now);
        }
        _room.Expire(now);
    }

    /// <summary>What it holds and has done. For any thread.</summary>
    public FragmentStatistics ReadStatistics()
    {
        var sum = new FragmentStatistics
        {
            Discarded = Volatile.Read(ref _dropped),
            Reinjected = Volatile.Read(ref _reinjected),
            NotReinjected = Volatile.Read(ref _notReinjected),
        };
        foreach (var shard in _shards)
        {
            sum += shard.ReadStatistics();
        }
        return sum + _room.ReadStatistics();
    }

    /// <summary>By other bits of the hash than those that spread the entries within a shard.</summary>
    private FragmentShard ShardOf(uint hash) => _shards[(int)((ulong)hash * (uint)_shards.Length >> 32)];

    private void SendBack(StoredFragments.Chain released, Verdict verdict)
    {
        for (var rest = released; !rest.IsEmpty;)
        {
            SendBack(_room.First(rest, out rest), verdict);
        }
        _room.Free(released);
    }

    private void SendBack(ReadOnlySpan<byte> fragment, Verdict verdict)
    {
        if (!verdict.IsAccept)
        {
            Interlocked.Increment(ref _dropped);
        }
        else if (_reinjection!.TryWrite(fragment))
        {
            Interlocked.Increment(ref _reinjected);
        }
        else
        {
            Interlocked.Increment(ref _notReinjected);
        }
    }
}
