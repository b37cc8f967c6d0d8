using System.Net.Sockets;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Control;

/// <summary>The control socket of a balancer, bound and listening.</summary>
internal sealed class ControlListener : IDisposable
{
    private const int Backlog = 128;

    /// <param name="socket">Bound and listening.</param>
    public ControlListener(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>Takes the control address.</summary>
    /// <exception cref="UsageException">Another balancer has it, or it is no address of this machine.</exception>
    public static ControlListener Open()
    {
        string address = ControlAddress.Text;
        var endPoint = ControlAddress.Parse(address);
        Socket? socket = null;
        try
        {
            socket = ControlAddress.NewSocket(endPoint);
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return new ControlListener(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new UsageException($"Flow server bind: {PlainText.Visible(address)}: {ControlAddress.Reason(e)}");
        }
    }

    /// <summary>Listens on a socket that may listen already: the kernel notes who does, and tells that to clients that
    /// connect from now on (SO_PEERCRED, unix(7)).</summary>
    /// <exception cref="SocketException">The kernel refuses it.</exception>
    public static void ListenAgain(Socket socket) => socket.Listen(Backlog);

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
