using Nfqlb.Linux.Interop;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Queue;

/// <summary>A queue belongs to one socket of its network namespace, and another has it.</summary>
/// <remarks>The message: <c>queue 2 is already bound by nfqlb (pid 1234)</c>.</remarks>
public sealed class QueueAlreadyBoundException : SystemCallException
{
    internal QueueAlreadyBoundException(QueueNumber queue, QueueOwner? owner)
        : base(
            "bind",
            LibC.EBUSY,
            $"queue {queue}",
            $"queue {queue} is already bound by {owner?.ToString() ?? "another process"}")
    {
        Queue = queue;
        Owner = owner;
    }

    /// <summary>The queue that was asked for.</summary>
    public QueueNumber Queue { get; }

    /// <summary>Who has it; null when this user may not see (see <see cref="KernelQueue"/>).</summary>
    public QueueOwner? Owner { get; }
}
