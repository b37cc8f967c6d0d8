using System.Runtime.InteropServices;

namespace Nfqlb.Linux.Interop;

/// <summary>The queue shim, native/nfqlb_queue.h, which documents each function.</summary>
/// <remarks>
/// Linked into the published executable, a shared library beside the assembly for the tests. Structs and constants
/// carry their C names; <c>AbiTests</c> compares them with the header. Nothing here sets errno: results are -errno.
/// </remarks>
internal static unsafe partial class NfqlbQueue
{
    internal const int NFQLB_BATCH_CAPACITY_MAX = 1024;

    private const string Library = "nfqlb_queue";

    internal static SysResult Open(
        ushort number, uint copyRange, uint maxLength, uint batchCapacity, out NfqlbQueueHandle? queue)
    {
        nint opened;
        var result = SysResult.OfNegatedErrno(nfqlb_queue_open(number, copyRange, maxLength, batchCapacity, &opened));
        queue = result.IsSuccess ? new NfqlbQueueHandle(opened) : null;
        return result;
    }

    /// <summary>Owns the descriptor from now on.</summary>
    internal static SysResult Adopt(
        int descriptor, ushort number, uint copyRange, uint batchCapacity, out NfqlbQueueHandle? queue)
    {
        nint adopted;
        var result = SysResult.OfNegatedErrno(
            nfqlb_queue_adopt(descriptor, number, copyRange, batchCapacity, &adopted));
        queue = result.IsSuccess ? new NfqlbQueueHandle(adopted) : null;
        return result;
    }

    internal static bool HasPackets(NfqlbQueueHandle queue) => nfqlb_queue_has_packets(queue) > 0;

    internal static SysResult Configure(NfqlbQueueHandle queue, uint copyRange, uint maxLength) =>
        SysResult.OfNegatedErrno(nfqlb_queue_configure(queue, copyRange, maxLength));

    /// <remarks>Newest: the last id that the kernel had given out a moment before; null when unknown.</remarks>
    internal static SysResult Recall(NfqlbQueueHandle queue, uint? newest)
    {
        uint id = newest.GetValueOrDefault();
        return SysResult.OfNegatedErrno(nfqlb_queue_recall(queue, newest is null ? null : &id));
    }

    internal static SysResult IsForeign(NfqlbQueueHandle queue) =>
        SysResult.OfNegatedErrno(nfqlb_queue_is_foreign(queue));

    internal static SysResult PortId(NfqlbQueueHandle queue, out uint portId)
    {
        fixed (uint* id = &portId)
        {
            *id = 0;
            return SysResult.OfNegatedErrno(nfqlb_queue_port_id(queue, id));
        }
    }

    internal static SysResult SendDescriptor(int connection, NfqlbQueueHandle queue, TimeSpan limit) =>
        SendDescriptor(connection, nfqlb_queue_descriptor(queue), limit);

    internal static SysResult SendDescriptor(int connection, int descriptor, TimeSpan limit) =>
        SysResult.OfNegatedErrno(nfqlb_descriptor_send(connection, descriptor, (int)limit.TotalMilliseconds));

    internal static SysResult ReceiveDescriptor(int connection, TimeSpan limit) =>
        SysResult.OfNegatedErrno(nfqlb_descriptor_receive(connection, (int)limit.TotalMilliseconds));

    internal static SysResult Receive(NfqlbQueueHandle queue, Span<nfqlb_packet> packets, out ulong refused)
    {
        fixed (nfqlb_packet* first = packets)
        fixed (ulong* counter = &refused)
        {
            return SysResult.OfNegatedErrno(nfqlb_queue_receive(queue, first, (uint)packets.Length, counter));
        }
    }

    internal static SysResult ReceiveWaiting(NfqlbQueueHandle queue, Span<nfqlb_packet> packets, out ulong refused)
    {
        fixed (nfqlb_packet* first = packets)
        fixed (ulong* counter = &refused)
        {
            return SysResult.OfNegatedErrno(
                nfqlb_queue_receive_waiting(queue, first, (uint)packets.Length, counter));
        }
    }

    internal static SysResult LetPass(NfqlbQueueHandle queue) => SysResult.OfNegatedErrno(nfqlb_queue_let_pass(queue));

    internal static SysResult Wake(NfqlbQueueHandle queue) => SysResult.OfNegatedErrno(nfqlb_queue_wake(queue));

    internal static SysResult SendVerdicts(NfqlbQueueHandle queue, ReadOnlySpan<nfqlb_verdict> verdicts)
    {
        fixed (nfqlb_verdict* first = verdicts)
        {
            return SysResult.OfNegatedErrno(nfqlb_queue_send_verdicts(queue, first, (uint)verdicts.Length));
        }
    }

    internal static nfqlb_queue_statistics ReadStatistics(NfqlbQueueHandle queue)
    {
        nfqlb_queue_statistics statistics;
        nfqlb_queue_read_statistics(queue, &statistics);
        return statistics;
    }

    internal static void Close(nint queue) => nfqlb_queue_close(queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_open(
        ushort number, uint copy_range, uint max_length, uint batch_capacity, nint* opened);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_adopt(
        int descriptor, ushort number, uint copy_range, uint batch_capacity, nint* adopted);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_configure(NfqlbQueueHandle queue, uint copy_range, uint max_length);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_recall(NfqlbQueueHandle queue, uint* newest);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_port_id(NfqlbQueueHandle queue, uint* port_id);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_is_foreign(NfqlbQueueHandle queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_has_packets(NfqlbQueueHandle queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_descriptor(NfqlbQueueHandle queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_descriptor_send(int connection, int descriptor, int limit_milliseconds);

    [LibraryImport(Library)]
    private static partial int nfqlb_descriptor_receive(int connection, int limit_milliseconds);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_receive(
        NfqlbQueueHandle queue, nfqlb_packet* packets, uint capacity, ulong* refused);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_receive_waiting(
        NfqlbQueueHandle queue, nfqlb_packet* packets, uint capacity, ulong* refused);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_let_pass(NfqlbQueueHandle queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_wake(NfqlbQueueHandle queue);

    [LibraryImport(Library)]
    private static partial int nfqlb_queue_send_verdicts(NfqlbQueueHandle queue, nfqlb_verdict* verdicts, uint count);

    [LibraryImport(Library)]
    private static partial void nfqlb_queue_read_statistics(NfqlbQueueHandle queue, nfqlb_queue_statistics* statistics);

    [LibraryImport(Library)]
    private static partial void nfqlb_queue_close(nint queue);

    /// <summary>A packet the kernel holds until it gets a verdict for its id.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct nfqlb_packet
    {
        internal byte* payload;
        internal uint payload_length;
        internal uint original_length;
        internal uint id;
        internal ushort hw_protocol;
        internal ushort is_gso;
        internal uint mark;
        internal uint incoming_link;

        /// <summary>From the IP header on, cut at the copy range. Valid until the next receive.</summary>
        internal readonly ReadOnlySpan<byte> Payload => new(payload, (int)payload_length);
    }

    /// <summary>The answer to one packet.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct nfqlb_verdict
    {
        internal uint id;
        internal uint accept;
        internal uint mark;

        /// <summary>Takes the kernel's form of a verdict.</summary>
        /// <param name="packetId">Of the packet.</param>
        /// <param name="carried">The mark that the packet came with.</param>
        /// <param name="verdict">What shall become of it.</param>
        /// <param name="mask">The bits of the mark that the verdict is about.</param>
        /// <remarks>In place: a copy would be read in other pieces than it was written in, which stalls.</remarks>
        internal void Set(uint packetId, uint carried, Verdict verdict, MarkMask mask)
        {
            id = packetId;
            accept = verdict.IsAccept ? 1u : 0u;
            mark = verdict.IsAccept ? mask.Merge(carried, verdict.Mark) : 0;
        }

        /// <summary>What it was made of.</summary>
        internal readonly Verdict VerdictWithin(MarkMask mask) =>
            accept != 0 ? Verdict.Accept(mask.Own(mark)) : Verdict.Drop;
    }

    /// <summary>What went wrong since open.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct nfqlb_queue_statistics
    {
        internal ulong overruns;
        internal ulong skipped_messages;
        internal ulong truncated_messages;
        internal ulong verdict_errors;
    }
}
