using Nfqlb.Queues;

namespace Nfqlb.Linux.Queue;

/// <summary>The kernel does not take what this process says of a queue.</summary>
/// <remarks>The message: <c>the kernel refuses verdicts for queue 2: CAP_NET_ADMIN is missing</c>.</remarks>
public sealed class QueueRefusedException : SystemCallException
{
    internal QueueRefusedException(string operation, int errno, QueueNumber queue, string message)
        : base(operation, errno, $"queue {queue}", message) => Queue = queue;

    /// <summary>Which queue.</summary>
    public QueueNumber Queue { get; }
}
