using Nfqlb.Linux.Interop;
using Nfqlb.Queues;
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
    private ulong _refused;

    private PacketQueue(QueueNumber number, QueueOptions options, NfqlbQueueHandle handle)
    {
        Number = number;
        Options = options;
        _handle = handle;
        NfqlbQueue.PortId(handle, out uint portId);
        PortId = portId;
        IsForeign = NfqlbQueue.IsForeign(handle).Value > 0;
    }

    /// <summary>Refused verdicts that the process before this one has counted.</summary>
    public long EarlierVerdictErrors { get; set; }

    /// <summary>The queue's number.</summary>
    public QueueNumber Number { get; }

    /// <summary>How it was bound.</summary>
    public QueueOptions Options { get; }

    /// <summary>Netlink port of its socket: by it <see cref="KernelQueue"/> tells who has the queue.</summary>
    public uint PortId { get; }

    /// <summary>Whether it is of another network namespace than this process, which cannot see how it fares there.
    /// </summary>
    public bool IsForeign { get; }

    /// <summary>Whether the descriptor still is that of the queue's socket. For any thread.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public bool HasSocket => NfqlbQueue.PortId(_handle, out uint portId).IsSuccess && portId == PortId;

    /// <summary>Whether packets wait in the socket now. For any thread.</summary>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public bool HasPackets => NfqlbQueue.HasPackets(_handle);

    long IPacketSource.RefusedPackets => (long)_refused;

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
    /// <param name="limit">How long it is waited for.</param>
    /// <exception cref="SystemCallException">It did not come, or the kernel would not take verdicts for it from this
    /// process.</exception>
    public static PacketQueue Adopt(
        DescriptorConnection connection, QueueNumber number, QueueOptions options, TimeSpan limit)
    {
        int descriptor = connection.Receive($"queue {number}", limit);
        var result = NfqlbQueue.Adopt(
            descriptor, number.Value, (uint)options.CopyRangeBytes, (uint)options.BatchCapacityPackets, out var handle);
        return handle is null
            ? throw QueueRefusal.ExplainAdoption(number, result.Errno)
            : new PacketQueue(number, options, handle);
    }

    /// <summary>Gives the kernel this process's options for a queue that was adopted, or comes back from another
    /// process, when nobody else reads it any more.</summary>
    /// <exception cref="SystemCallException">The kernel refused them.</exception>
    public void Configure()
    {
        var result = NfqlbQueue.Configure(_handle, (uint)Options.CopyRangeBytes, (uint)Options.MaxLengthPackets);
        if (!result.IsSuccess)
        {
            throw Failure("configure", result);
        }
    }

    /// <summary>Takes back what another reader has received and not answered, before it was gone: the kernel hands it
    /// out once more. Else those packets would get the marks of whatever is answered next. When nobody reads.</summary>
    /// <exception cref="SystemCallException">The queue is of no further use.</exception>
    public void Recall() => Recall(KernelQueue.TryFind(Number)?.NewestId);

    /// <param name="newest">What comes behind this one is left alone; null when that is not known.</param>
    internal void Recall(uint? newest)
    {
        var result = NfqlbQueue.Recall(_handle, newest);
        if (!result.IsSuccess)
        {
            throw Failure("recall", result);
        }
    }

    /// <summary>Hands the queue on to another process. It stays bound as long as one of the two has it open.</summary>
    /// <exception cref="SystemCallException">The other process is gone, or does not take it in time.</exception>
    public void SendTo(DescriptorConnection connection, TimeSpan limit) => connection.Send(_handle, Subject, limit);

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
        var result = NfqlbQueue.Receive(_handle, packets, out _refused);
        return result.IsSuccess ? (int)result.Value : throw ReceiveFailure(result);
    }

    bool IPacketSource.TryReceive(Span<nfqlb_packet> packets, out int count)
    {
        var result = ReceiveWaiting(_handle, packets, out _refused);
        if (!result.IsSuccess && result.Errno != LibC.EAGAIN)
        {
            throw ReceiveFailure(result);
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

    /// <summary>A receive also tells when the kernel takes no verdicts from this process.</summary>
    private SystemCallException ReceiveFailure(SysResult result) =>
        result.Errno is LibC.EPERM or LibC.ENODEV
            ? QueueRefusal.ExplainVerdicts(Number, result.Errno)
            : Failure("receive", result);

    private SystemCallException Failure(string operation, SysResult result) =>
        new(operation, result.Errno, Subject);
}
