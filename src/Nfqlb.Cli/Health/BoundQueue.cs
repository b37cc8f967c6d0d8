using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Health;

/// <summary>A queue that somebody reads.</summary>
/// <param name="Number">Which.</param>
/// <param name="Owner">Who, in words.</param>
/// <param name="ProcessId">His process; null when it cannot be seen from here.</param>
/// <param name="Dropped">Packets that the kernel dropped before he saw them, since he bound it.</param>
internal sealed record BoundQueue(int Number, string Owner, int? ProcessId, long Dropped)
{
    /// <summary>All of them, by number; null where they are not for this user to see.</summary>
    /// <exception cref="IOException">The kernel has no such queues.</exception>
    public static IReadOnlyList<BoundQueue>? TryReadAll()
    {
        try
        {
            var bound = new List<BoundQueue>();
            foreach (var queue in KernelQueue.ReadAll())
            {
                var owner = QueueOwner.OfPort(queue.PortId);
                long dropped = queue.DroppedQueueFull + queue.DroppedSocketFull;
                bound.Add(new BoundQueue(queue.Number.Value, $"{owner}", owner.ProcessId, dropped));
            }
            return bound;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
