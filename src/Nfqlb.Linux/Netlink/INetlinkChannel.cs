using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux.Netlink;

/// <summary>Carries datagrams of requests to the kernel, and of answers back. Tests put a script in its
/// place.</summary>
internal interface INetlinkChannel : IDisposable
{
    /// <summary>The port id of this end: the kernel's answers carry it.</summary>
    uint PortId { get; }

    /// <summary>Hands requests over, in one datagram.</summary>
    SysResult Send(ReadOnlySpan<byte> datagram);

    /// <summary>Takes one datagram.</summary>
    /// <param name="buffer">Filled from its start.</param>
    /// <param name="waits">True to wait a limited time for one. EAGAIN says that none was there or came.</param>
    /// <param name="senderPortId">Who sent it; the kernel is 0.</param>
    /// <returns>The datagram's whole length, also where that is more than the buffer holds.</returns>
    SysResult Receive(Span<byte> buffer, bool waits, out uint senderPortId);
}
