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

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
