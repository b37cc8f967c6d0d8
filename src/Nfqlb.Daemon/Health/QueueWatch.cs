using Nfqlb.Daemon.Workers;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Health;

/// <summary>Looks from time to time whether packets leave every queue.</summary>
/// <remarks>
/// It goes by what the kernel knows of the queue, where the kernel tells this user, and by the socket: packets that
/// wait in the kernel alone, as nobody will answer them, are seen in its list only.
/// </remarks>
/// <param name="workers">A worker a queue.</param>
internal sealed class QueueWatch(IReadOnlyList<Worker> workers)
{
    private readonly QueueProgress[] _progress = [.. workers.Select(_ => new QueueProgress())];

    /// <summary>Who has the queue of a worker, as far as that can be known.</summary>
    /// <param name="queue">The worker's.</param>
    /// <param name="bound">All that the kernel knows; null where it does not tell.</param>
    public static QueueFault BindingOf(PacketQueue queue, IReadOnlyList<KernelQueue>? bound) =>
        queue.IsForeign ? QueueFault.Foreign
        : bound is null ? queue.HasSocket ? QueueFault.None : QueueFault.Unbound
        : Find(bound, queue.Number) is not { } known ? QueueFault.Unbound
        : known.PortId != queue.PortId ? QueueFault.Taken
        : QueueFault.None;

    /// <summary>Looks.</summary>
    /// <returns>For each worker what is wrong since the last look.</returns>
    public QueueFault[] Look()
    {
        var bound = KernelQueue.TryReadAll();
        var faults = new QueueFault[workers.Count];
        for (int i = 0; i < faults.Length; i++)
        {
            var binding = BindingOf(workers[i].Queue, bound);
            var progress = _progress[i].Judge(SampleOf(workers[i], binding == QueueFault.None ? bound : null));
            faults[i] = binding == QueueFault.None ? progress : binding;
        }
        return faults;
    }

    private static QueueSample SampleOf(Worker worker, IReadOnlyList<KernelQueue>? bound)
    {
        var counters = worker.Loop.Counters;
        long before = counters.Batches;
        var known = bound is null ? null : Find(bound, worker.Queue.Number);
        bool waits = known?.WaitingPackets > 0 || worker.Queue.HasPackets || counters.Received != counters.Packets;
        var statistics = worker.Queue.ReadStatistics();
        return new QueueSample(
            before, waits, counters.Batches, counters.Packets, statistics.VerdictErrors,
            statistics.Overruns + (known?.DroppedQueueFull ?? 0));
    }

    private static KernelQueue? Find(IReadOnlyList<KernelQueue> bound, QueueNumber number)
    {
        foreach (var queue in bound)
        {
            if (queue.Number == number)
            {
                return queue;
            }
        }
        return null;
    }
}
