using System.Net.Sockets;
using System.Text;
using Nfqlb.Linux;

namespace Nfqlb.Control;

/// <summary>Asks the running balancer.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="trust">Whose balancer is believed.</param>
public sealed class ControlClient(ControlAddress address, ControlTrust trust)
{
    private const int TimeLimitMilliseconds = 30_000;

    /// <summary>Where it listens.</summary>
    public ControlAddress Address => address;

    /// <summary>Sends a request and waits for the whole answer.</summary>
    /// <exception cref="ControlException">Nobody listens, nobody answers, or the one who listens is not trusted.
    /// </exception>
    public string Ask(ControlRequest request)
    {
        using var socket = Connect();
        try
        {
            socket.Send(request.ToBytes());
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is SocketException or IOException { InnerException: SocketException })
        {
            throw NoAnswer((SocketException)(e.InnerException ?? e));
        }
    }

    /// <summary>The same; null when nobody listens.</summary>
    /// <exception cref="ControlException">Nobody answers, or the one who listens is not trusted.</exception>
    public string? TryAsk(ControlRequest request)
    {
        try
        {
            return Ask(request);
        }
        catch (ControlException e) when (IsNobodyThere(e.InnerException))
        {
            return null;
        }
    }

    /// <summary>Asks for a change.</summary>
    /// <returns>The answer, which begins with OK when it was made.</returns>
    /// <exception cref="ControlException">As of <see cref="Ask"/>.</exception>
    /// <remarks>The answer has NULs in it that only clients of nfqlb 1.2.0 need.</remarks>
    public string Change(ControlRequest request) => Ask(request).Replace("\0", "");

    /// <summary>Whether the answer to a change says that it was made.</summary>
    public static bool IsDone(string answer) => answer.StartsWith("OK", StringComparison.Ordinal);

    /// <summary>Sends a request whose answer has no end but the one that either side makes, and may be silent for long.
    /// </summary>
    /// <returns>For reading; the caller disposes it.</returns>
    /// <exception cref="ControlException">Nobody listens, or one who is not trusted.</exception>
    public Socket Open(ControlRequest request)
    {
        var socket = Connect();
        try
        {
            socket.ReceiveTimeout = 0;
            socket.Send(request.ToBytes());
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw NoAnswer(e);
        }
    }

    /// <summary>Whether somebody listens.</summary>
    /// <param name="server">Who; null where nobody does, where the address is none of this machine's processes, or one
    /// of another pid namespace has it.</param>
    /// <exception cref="ControlException">The one who listens is not trusted.</exception>
    public bool IsServed(out LocalProcess? server)
    {
        server = null;
        try
        {
            using var socket = Connect();
            server = address.IsLocal ? LocalProcess.AtOtherEndOf(socket) : null;
            return true;
        }
        catch (ControlException e) when (IsNobodyThere(e.InnerException))
        {
            return false;
        }
    }

    private static bool IsNobodyThere(Exception? cause) =>
        cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private Socket Connect()
    {
        Socket? socket = null;
        try
        {
            socket = address.NewSocket();
            socket.SendTimeout = TimeLimitMilliseconds;
            socket.ReceiveTimeout = TimeLimitMilliseconds;
            socket.Connect(address.EndPoint);
            return address.IsLocal && trust.ComplaintAbout(socket) is { } reason
                ? throw new ControlException($"Not asked. {address}: {reason}")
                : socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new ControlException($"Connect failed. {address}: {ControlAddress.Reason(e)}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private ControlException NoAnswer(SocketException e) =>
        new($"No answer from {address}: {ControlAddress.Reason(e)}", e);
}
