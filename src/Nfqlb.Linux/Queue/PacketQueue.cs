using Nfqlb.Linux.Interop;
using static Nfqlb.Linux.Interop.NfqlbQueue;

namespace Nfqlb.Linux.Queue;

/// <summary>A bound NFQUEUE queue. The kernel sends it packets and holds each until it gets a verdict.</summary>
/// <remarks>
/// One thread may use it at a time (<see cref="QueueLoop"/> does); <see cref="ReadStatistics"/> is for any thread.
/// Packets come whole, not segmented (GSO), cut at the copy range.
/// </remarks>
public sealed class PacketQueue : IPacketSource, IDisposable
{
    private readonly NfqlbQueueHandle _handle;

    private PacketQueue(QueueNumber number, QueueOptions options, NfqlbQueueHandle handle)
    {
        Number = number;
        Options = options;
        _handle = handle;
    }

    /// <summary>Refused verdicts that the process before this one has counted.</summary>
    public long EarlierVerdictErrors { get; set; }

    /// <summary>The queue's number.</summary>
    public QueueNumber Number { get; }

    /// <summary>How it was bound.</summary>
    public QueueOptions Options { get; }

    /// <summary>Whether packets wait in the socket now. For any thread.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public bool HasPackets => NfqlbQueue.HasPackets(_handle);

    int IPacketSource.BatchCapacityPackets => Options.BatchCapacityPackets;

    private string Subject => $"queue {Number}";

    /// <summary>Binds a queue of this network namespace and starts to receive from it.</summary>
    /// <exception cref="QueueAlreadyBoundException">Another socket has it; the message names the process.</exception>
    /// <exception cref="SystemCallException">It cannot be bound, such as without CAP_NET_ADMIN (EPERM).</exception>
    public static PacketQueue Open(QueueNumber number, QueueOptions options)
    {
        var result = NfqlbQueue.Open(
            number.Value,
            (uint)options.CopyRangeBytes,
            (uint)options.MaxLengthPackets,
            (uint)options.BatchCapacityPackets,
            out var handle);
        return handle is null
            ? throw QueueRefusal.Explain(number, result.Errno)
            : new PacketQueue(number, options, handle);
    }

    /// <summary>Takes a queue that another process has bound and hands on. Nothing is changed yet: that process may
    /// still read it.</summary>
    /// <param name="connection">The unix socket over which it comes.</param>
    /// <param name="number">The queue's number.</param>
    /// <param name="options">How this process wants it.</param>
    /// <exception cref="SystemCallException">It did not come.</exception>
    public static PacketQueue Adopt(DescriptorConnection connection, QueueNumber number, QueueOptions options)
    {
        int descriptor = connection.Receive($"queue {number}");
        var result = NfqlbQueue.Adopt(
            descriptor, number.Value, (uint)options.CopyRangeBytes, (uint)options.BatchCapacityPackets, out var handle);
        return handle is null
            ? throw new SystemCallException("adopt", result.Errno, $"queue {number}")
            : new PacketQueue(number, options, handle);
    }

    /// <summary>Gives the kernel this process's options for a queue that was adopted, when nobody else reads it any
    /// more.</summary>
    /// <exception cref="SystemCallException">The kernel refused them.</exception>
    public void Configure()
    {
        var result = NfqlbQueue.Configure(_handle, (uint)Options.CopyRangeBytes, (uint)Options.MaxLengthPackets);
        if (!result.IsSuccess)
        {
            throw Failure("configure", result);
        }
    }

    /// <summary>Hands the queue on to another process. It stays bound as long as one of the two has it open.</summary>
    /// <exception cref="SystemCallException">The other process is gone.</exception>
    public void SendTo(DescriptorConnection connection) => connection.Send(_handle, Subject);

    /// <summary>What went wrong on the socket so far.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public QueueStatistics ReadStatistics()
    {
        var statistics = NfqlbQueue.ReadStatistics(_handle);
        return new QueueStatistics(
            (long)statistics.overruns,
            (long)statistics.skipped_messages,
            (long)statistics.truncated_messages,
            (long)statistics.verdict_errors + EarlierVerdictErrors);
    }

    /// <summary>Closes the socket: the kernel unbinds the queue and drops the packets that wait.</summary>
    public void Dispose() => _handle.Dispose();

    int IPacketSource.Receive(Span<nfqlb_packet> packets)
    {
        var result = NfqlbQueue.Receive(_handle, packets);
        return result.IsSuccess ? (int)result.Value : throw Failure("receive", result);
    }

    bool IPacketSource.TryReceive(Span<nfqlb_packet> packets, out int count)
    {
        var result = ReceiveWaiting(_handle, packets);
        if (!result.IsSuccess && result.Errno != LibC.EAGAIN)
        {
            throw Failure("receive", result);
        }
        count = result.IsSuccess ? (int)result.Value : 0;
        return result.IsSuccess;
    }

    void IPacketSource.LetPass()
    {
        var result = NfqlbQueue.LetPass(_handle);
        if (!result.IsSuccess)
        {
            throw Failure("let pass", result);
        }
    }

    void IPacketSource.Answer(ReadOnlySpan<nfqlb_verdict> verdicts)
    {
        var result = SendVerdicts(_handle, verdicts);
        if (!result.IsSuccess)
        {
            throw Failure("send verdicts", result);
        }
    }

    void IPacketSource.Wake()
    {
        var result = NfqlbQueue.Wake(_handle);
        if (!result.IsSuccess)
        {
            throw Failure("wake", result);
        }
    }

    private SystemCallException Failure(string operation, SysResult result) =>
        new(operation, result.Errno, Subject);
}
