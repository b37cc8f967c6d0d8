using System.Numerics;

namespace Nfqlb.Linux.Queue;

/// <summary>What a loop has done so far. Written by its thread alone, readable by any.</summary>
/// <remarks>
/// Each counter is exact, but two of them read one after the other may lie a batch apart. Counted when the verdicts
/// have been sent, but for <see cref="Received"/>.
/// </remarks>
public sealed class QueueCounters
{
    /// <summary>Counts that are of no class of sizes.</summary>
    private const int OwnCounts = 7;

    /// <summary>Classes of batch sizes: up to 1, 2, 4, ... <see cref="QueueOptions.MaxBatchCapacityPackets"/>.
    /// </summary>
    private static readonly int SizeClasses =
        BitOperations.Log2((uint)QueueOptions.MaxBatchCapacityPackets) + 1;

    private readonly long[] _batchesBySize = new long[SizeClasses];
    private long _received;
    private long _packets;
    private long _bytes;
    private long _batches;
    private long _accepted;
    private long _dropped;
    private long _superPackets;
    private long _refused;

    /// <summary>Packets taken from the socket; those that are not answered yet are in the worker's hands.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Packets answered.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Of these, super-packets: several packets of the wire that the kernel has put together (GRO) or not yet
    /// taken apart (GSO). Each counts once everywhere; of how many it consists the kernel does not say.</summary>
    public long SuperPackets => Volatile.Read(ref _superPackets);

    /// <summary>Their bytes on the wire from the IP header on, also those that were not copied.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Batches answered; packets by batches tells how busy the queue is.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Batches of at most 2 to the power of `sizeClass` packets, that were too large for the class below.
    /// </summary>
    public long BatchesOfSize(int sizeClass) => Volatile.Read(ref _batchesBySize[sizeClass]);

    /// <summary>Packets accepted, with a mark, and not refused by the kernel.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Packets dropped.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>How many counts there are.</summary>
    public int RowLength => OwnCounts + _batchesBySize.Length;

    /// <summary>All of them in one row, for the next balancer.</summary>
    public long[] ToRow() => [Received, Packets, Bytes, Batches, Accepted, Dropped, SuperPackets, .. _batchesBySize];

    /// <summary>Counts on from what another balancer has counted. Only while the loop does not run.</summary>
    /// <param name="row">What <see cref="ToRow"/> gave there.</param>
    public void Carry(ReadOnlySpan<long> row)
    {
        _received += row[0];
        _packets += row[1];
        _bytes += row[2];
        _batches += row[3];
        _accepted += row[4];
        _dropped += row[5];
        _superPackets += row[6];
        for (int i = 0; i < _batchesBySize.Length; i++)
        {
            _batchesBySize[i] += row[OwnCounts + i];
        }
    }

    /// <summary>The kernel has refused verdicts: of packets that were counted as accepted, so many did not leave. Also
    /// of some that were to be dropped; rather too few are told to have left than too many. For the loop's thread.
    /// </summary>
    /// <param name="total">Since the queue was opened.</param>
    internal void Refuse(long total)
    {
        if (total != _refused)
        {
            Volatile.Write(ref _accepted, Math.Max(0, _accepted - (total - _refused)));
            _refused = total;
        }
    }

    /// <summary>A batch has been taken. For the loop's thread.</summary>
    internal void BeginBatch(int packets) => Volatile.Write(ref _received, _received + packets);

    /// <summary>Adds one batch. For the loop's thread.</summary>
    internal void AddBatch(int packets, int superPackets, long bytes, int accepted)
    {
        // There is one writer, so an interlocked addition would buy nothing.
        ref long ofSize = ref _batchesBySize[BitOperations.Log2((uint)(2 * packets - 1))];
        Volatile.Write(ref ofSize, ofSize + 1);
        Volatile.Write(ref _packets, _packets + packets);
        Volatile.Write(ref _superPackets, _superPackets + superPackets);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _batches, _batches + 1);
        Volatile.Write(ref _accepted, _accepted + accepted);
        Volatile.Write(ref _dropped, _dropped + (packets - accepted));
    }
}
