using System.Net.Sockets;
using Nfqlb.Linux.Interop;

namespace Nfqlb.Linux;

/// <summary>A unix socket by which descriptors go from one process to another, a byte with each.</summary>
/// <param name="connection">Connected; disposed by the caller.</param>
public sealed class DescriptorConnection(Socket connection)
{
    private int Number => (int)connection.SafeHandle.DangerousGetHandle();

    /// <summary>Hands a socket on, which stays open here.</summary>
    /// <exception cref="SystemCallException">The other process is gone, or does not take it in time.</exception>
    public void Send(Socket socket, string subject, TimeSpan limit) =>
        NfqlbQueue.SendDescriptor(Number, (int)socket.SafeHandle.DangerousGetHandle(), limit)
            .ThrowOnError("hand on", subject);

    internal void Send(NfqlbQueueHandle queue, string subject, TimeSpan limit) =>
        NfqlbQueue.SendDescriptor(Number, queue, limit).ThrowOnError("hand on", subject);

    /// <summary>Waits for a socket.</summary>
    /// <exception cref="SystemCallException">It did not come in time.</exception>
    public Socket ReceiveSocket(string subject, TimeSpan limit) =>
        new(new SafeSocketHandle(Receive(subject, limit), ownsHandle: true));

    /// <summary>Waits for a descriptor, which is the caller's to close.</summary>
    internal int Receive(string subject, TimeSpan limit) =>
        (int)NfqlbQueue.ReceiveDescriptor(Number, limit).ThrowOnError("take over", subject);
}
