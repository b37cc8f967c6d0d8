using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Health;

/// <summary>What is said of a queue whose packets do not leave.</summary>
internal static class QueueFaultWords
{
    /// <summary>One line that names the queue.</summary>
    public static string Of(QueueNumber queue, QueueFault fault) => $"queue {queue} {Of(fault)}";

    /// <summary>The same without the queue.</summary>
    public static string Of(QueueFault fault) => fault switch
    {
        QueueFault.Foreign => "is of another network namespace",
        QueueFault.Unbound => "is not bound",
        QueueFault.Taken => "is bound by another process",
        QueueFault.Unread => "is not read: its worker does not run",
        QueueFault.Stuck => "makes no progress though packets wait",
        QueueFault.Refused => "gets packets, and the kernel refuses their verdicts",
        QueueFault.Overrun => "is full and drops packets: it takes more queues or a longer one",
        _ => "is fine",
    };

    /// <summary>What systemd shows.</summary>
    public static string Status(QueueNumber queue, QueueFault fault) =>
        fault == QueueFault.Stuck ? $"Queue {queue} makes no progress" : $"Queue {queue} {Of(fault)}";
}
