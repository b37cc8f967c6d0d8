using System.Net.Sockets;

namespace Nfqlb.Control;

/// <summary>The control socket of a balancer, bound and listening.</summary>
public sealed class ControlListener : IDisposable
{
    private const int Backlog = 128;

    /// <summary>One that another process has opened.</summary>
    /// <param name="socket">Bound and listening.</param>
    public ControlListener(Socket socket) => Socket = socket;

    /// <summary>What clients are accepted from.</summary>
    public Socket Socket { get; }

    /// <summary>Takes the control address.</summary>
    /// <exception cref="ControlException">Another balancer has it, or it is no address of this machine.</exception>
    public static ControlListener Open(ControlAddress address)
    {
        Socket? socket = null;
        try
        {
            socket = address.NewSocket();
            socket.Bind(address.EndPoint);
            socket.Listen(Backlog);
            return new ControlListener(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new ControlException($"Flow server bind: {address}: {ControlAddress.Reason(e)}", e);
        }
    }

    /// <summary>Listens on a socket that may listen already: the kernel notes who does, and tells that to clients that
    /// connect from now on (SO_PEERCRED, unix(7)).</summary>
    /// <exception cref="SocketException">The kernel refuses it.</exception>
    public static void ListenAgain(Socket socket) => socket.Listen(Backlog);

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
