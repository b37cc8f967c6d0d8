namespace Nfqlb.EndToEnd.Lab;

/// <summary>A line of /proc/net/netfilter/nfnetlink_queue.</summary>
/// <param name="Waiting">Packets that user space has not given a verdict for.</param>
/// <param name="Dropped">Packets that user space has never seen: the queue was full, or its socket.</param>
/// <param name="Queued">Packets that were ever put into the queue.</param>
internal sealed record QueueStatus(int Number, long Waiting, long Dropped, long Queued)
{
    // queue number, owner, waiting, copy mode, copy range, dropped by queue, dropped by socket, last packet id, 1
    public static QueueStatus Parse(string line)
    {
        long[] fields = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        return new QueueStatus((int)fields[0], fields[2], fields[5] + fields[6], fields[7]);
    }
}
