namespace Nfqlb.Linux.Queue;

/// <summary>What a loop has done so far. Written by its thread alone, readable by any.</summary>
/// <remarks>
/// Each counter is exact, but two of them read one after the other may lie a batch apart. Counted when the verdicts
/// have been sent.
/// </remarks>
public sealed class QueueCounters
{
    private long _packets;
    private long _bytes;
    private long _batches;
    private long _accepted;
    private long _dropped;

    /// <summary>Packets answered.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Their bytes on the wire from the IP header on, also those that were not copied.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Batches answered; packets by batches tells how busy the queue is.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Packets accepted, with a mark.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Packets dropped.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>How many counts there are.</summary>
    public const int RowLength = 5;

    /// <summary>All of them in one row, for the next balancer.</summary>
    public long[] ToRow() => [Packets, Bytes, Batches, Accepted, Dropped];

    /// <summary>Counts on from what another balancer has counted. Only while the loop does not run.</summary>
    /// <param name="row">What <see cref="ToRow"/> gave there.</param>
    public void Carry(ReadOnlySpan<long> row)
    {
        _packets += row[0];
        _bytes += row[1];
        _batches += row[2];
        _accepted += row[3];
        _dropped += row[4];
    }

    /// <summary>Adds one batch. For the loop's thread.</summary>
    internal void AddBatch(int packets, long bytes, int accepted)
    {
        // There is one writer, so an interlocked addition would buy nothing.
        Volatile.Write(ref _packets, _packets + packets);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _batches, _batches + 1);
        Volatile.Write(ref _accepted, _accepted + accepted);
        Volatile.Write(ref _dropped, _dropped + (packets - accepted));
    }
}
