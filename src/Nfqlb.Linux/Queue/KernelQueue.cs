using System.Globalization;
using System.Text;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Queue;

/// <summary>A bound queue as the kernel sees it: one line of /proc/net/netfilter/nfnetlink_queue.</summary>
/// <remarks>Lists the queues of the reader's network namespace; for root alone to read (mode 0440).</remarks>
/// <param name="Number">The queue.</param>
/// <param name="PortId">Netlink port of the socket that bound it; often, but not always, a process id.</param>
/// <param name="WaitingPackets">Packets that wait for a verdict now.</param>
/// <param name="DroppedQueueFull">Packets dropped since the bind because the queue was at its length.</param>
/// <param name="DroppedSocketFull">Packets dropped since the bind because the socket could not take them.</param>
/// <param name="NewestId">Of the packet that came last; 0 before the first.</param>
public readonly record struct KernelQueue(
    QueueNumber Number, uint PortId, long WaitingPackets, long DroppedQueueFull, long DroppedSocketFull, uint NewestId)
{
    private const string Path = "/proc/net/netfilter/nfnetlink_queue";

    /// <summary>Finds a queue; null when nobody has bound it.</summary>
    /// <exception cref="UnauthorizedAccessException">The file is not for this user.</exception>
    /// <exception cref="IOException">There is no such file: the kernel has no nfnetlink_queue.</exception>
    public static KernelQueue? Find(QueueNumber number) => FindIn(ReadLines(), number);

    /// <summary>All queues that somebody has bound, by number.</summary>
    /// <exception cref="UnauthorizedAccessException">The file is not for this user.</exception>
    /// <exception cref="IOException">There is no such file: the kernel has no nfnetlink_queue.</exception>
    public static IReadOnlyList<KernelQueue> ReadAll() => ReadAllIn(ReadLines());

    /// <summary>The same; null where the kernel does not tell this user, or tells what this program does not know.
    /// </summary>
    public static IReadOnlyList<KernelQueue>? TryReadAll()
    {
        try
        {
            return ReadAll();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Finds a queue; null also where the kernel does not tell this user, or tells what this program does not
    /// know.</summary>
    public static KernelQueue? TryFind(QueueNumber number)
    {
        foreach (var queue in TryReadAll() ?? [])
        {
            if (queue.Number == number)
            {
                return queue;
            }
        }
        return null;
    }

    /// <summary>The same over lines of that file, which the kernel lists by its hash of the numbers.</summary>
    /// <exception cref="InvalidDataException">A line has not the form this program knows.</exception>
    internal static IReadOnlyList<KernelQueue> ReadAllIn(IEnumerable<string> lines)
    {
        var queues = new SortedList<int, KernelQueue>();
        foreach (string line in lines)
        {
            var queue = Parse(line);
            queues[queue.Number.Value] = queue;
        }

        var sorted = new KernelQueue[queues.Count];
        queues.Values.CopyTo(sorted, 0);
        return sorted;
    }

    /// <summary>The same over lines of that file.</summary>
    /// <exception cref="InvalidDataException">A line has not the form this program knows.</exception>
    internal static KernelQueue? FindIn(IEnumerable<string> lines, QueueNumber number)
    {
        foreach (string line in lines)
        {
            var queue = Parse(line);
            if (queue.Number == number)
            {
                return queue;
            }
        }

        return null;
    }

    /// <summary>With little to collect afterwards, for it is read every second.</summary>
    private static string[] ReadLines()
    {
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> buffer = stackalloc byte[4096];
        string text = "";
        for (int count; (count = RandomAccess.Read(file, buffer, text.Length)) > 0;)
        {
            text += Encoding.ASCII.GetString(buffer[..count]);
        }
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <remarks>Columns: queue, port id, waiting, copy mode, copy range, queue full, socket full, last id, 1.</remarks>
    private static KernelQueue Parse(string line)
    {
        string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length < 8)
        {
            throw new InvalidDataException($"{Path}: unknown line \"{line}\"");
        }

        return new KernelQueue(
            new QueueNumber((ushort)Number(columns[0])),
            (uint)Number(columns[1]),
            Number(columns[2]),
            Number(columns[5]),
            Number(columns[6]),
            (uint)Number(columns[7]));

        long Number(string column) =>
            long.TryParse(column, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                ? value
                : throw new InvalidDataException($"{Path}: unknown line \"{line}\"");
    }
}
