using System.Globalization;
using Nfqlb.Linux.Interop;
using Nfqlb.Queues;

namespace Nfqlb.Linux.Queue;

/// <summary>Finds out what the kernel meant when it refused to bind a queue, or to take verdicts.</summary>
/// <remarks>
/// EPERM has two meanings: another socket has the queue (nfqnl_recv_config of the kernel's nfnetlink_queue.c), or the
/// caller lacks CAP_NET_ADMIN. An operator needs to know which.
/// </remarks>
internal static class QueueRefusal
{
    private const int CapNetAdmin = 12; // CAP_NET_ADMIN of linux/capability.h

    internal static SystemCallException Explain(QueueNumber number, int errno)
    {
        if (errno is not (LibC.EPERM or LibC.EBUSY))
        {
            return new SystemCallException("bind", errno, $"queue {number}");
        }

        if (!MayAdminister())
        {
            return new SystemCallException("bind", errno, $"queue {number} without CAP_NET_ADMIN");
        }

        try
        {
            return KernelQueue.Find(number) is { } queue
                ? new QueueAlreadyBoundException(number, QueueOwner.OfPort(queue.PortId))
                : new SystemCallException("bind", errno, $"queue {number}");
        }
        catch (UnauthorizedAccessException)
        {
            // With the capability but not root: the kernel's list is root's alone, so the owner stays unnamed.
            return new QueueAlreadyBoundException(number, owner: null);
        }
    }

    /// <summary>Why this process shall not read a queue that another one hands on.</summary>
    internal static SystemCallException ExplainAdoption(QueueNumber number, int errno) => errno switch
    {
        LibC.EXDEV => new QueueRefusedException(
            "take over", errno, number, $"queue {number} is of another network namespace"),
        LibC.EPERM => new QueueRefusedException(
            "take over", errno, number,
            $"queue {number} cannot be taken over: the kernel would refuse this process's verdicts{Reason()}"),
        _ => new SystemCallException("take over", errno, $"queue {number}"),
    };

    /// <summary>Why the kernel takes no verdicts from the calling thread.</summary>
    internal static SystemCallException ExplainVerdicts(QueueNumber number, int errno) => new QueueRefusedException(
        "send verdicts", errno, number,
        errno == LibC.ENODEV
            ? $"queue {number} is not bound any more"
            : $"the kernel refuses verdicts for queue {number}{Reason()}");

    private static string Reason() => MayAdminister() ? "" : ": CAP_NET_ADMIN is missing";

    private static bool MayAdminister() => HasCapability(File.ReadLines("/proc/thread-self/status"), CapNetAdmin);

    /// <summary>Reads the line "CapEff:\t000001ffffffffff" of /proc/PID/status.</summary>
    internal static bool HasCapability(IEnumerable<string> statusLines, int capability)
    {
        const string label = "CapEff:";
        string? line = statusLines.FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
        return line is not null &&
            ulong.TryParse(line.AsSpan(label.Length).Trim(), NumberStyles.AllowHexSpecifier, null, out ulong mask) &&
            (mask >> capability & 1) == 1;
    }
}
