using System.Net;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux;

namespace Nfqlb.Cli.Control;

/// <summary>Asks the running balancer.</summary>
internal static class ControlClient
{
    private const int TimeLimitMilliseconds = 30_000;

    /// <summary>Sends a request and waits for the whole answer.</summary>
    /// <exception cref="UsageException">Nobody listens, nobody answers, or the one who listens is not trusted.
    /// </exception>
    public static string Ask(ControlRequest request)
    {
        string address = ControlAddress.Text;
        var endPoint = ControlAddress.Parse(address);
        using var socket = Connect(address, endPoint);
        try
        {
            socket.Send(request.ToBytes());
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is SocketException or IOException { InnerException: SocketException })
        {
            var cause = (SocketException)(e.InnerException ?? e);
            throw new UsageException($"No answer from {PlainText.Visible(address)}: {ControlAddress.Reason(cause)}");
        }
    }

    /// <summary>The same; null when nobody listens.</summary>
    /// <exception cref="UsageException">Nobody answers, the one who listens is not trusted, or the address is none.
    /// </exception>
    public static string? TryAsk(ControlRequest request)
    {
        try
        {
            return Ask(request);
        }
        catch (UsageException e) when (IsNobodyThere(e.InnerException))
        {
            return null;
        }
    }

    /// <summary>Sends a request whose answer has no end but the one that either side makes, and may be silent for long.
    /// </summary>
    /// <returns>For reading; the caller disposes it.</returns>
    /// <exception cref="UsageException">Nobody listens, or one who is not trusted.</exception>
    public static Socket Open(ControlRequest request)
    {
        string address = ControlAddress.Text;
        var socket = Connect(address, ControlAddress.Parse(address));
        try
        {
            socket.ReceiveTimeout = 0;
            socket.Send(request.ToBytes());
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new UsageException($"No answer from {PlainText.Visible(address)}: {ControlAddress.Reason(e)}", e);
        }
    }

    /// <summary>Whether somebody listens.</summary>
    /// <param name="server">Who; null where nobody does, where the address is none of this machine's processes, or one
    /// of another pid namespace has it.</param>
    /// <exception cref="UsageException">The one who listens is not trusted, or the address is none.</exception>
    public static bool IsServed(out LocalProcess? server)
    {
        string address = ControlAddress.Text;
        var endPoint = ControlAddress.Parse(address);
        server = null;
        try
        {
            using var socket = Connect(address, endPoint);
            server = endPoint is UnixDomainSocketEndPoint ? LocalProcess.AtOtherEndOf(socket) : null;
            return true;
        }
        catch (UsageException e) when (IsNobodyThere(e.InnerException))
        {
            return false;
        }
    }

    private static bool IsNobodyThere(Exception? cause) =>
        cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private static Socket Connect(string address, EndPoint endPoint)
    {
        Socket? socket = null;
        try
        {
            socket = ControlAddress.NewSocket(endPoint);
            socket.SendTimeout = TimeLimitMilliseconds;
            socket.ReceiveTimeout = TimeLimitMilliseconds;
            socket.Connect(endPoint);
            return endPoint is UnixDomainSocketEndPoint && BalancerUser.Mistrust(socket) is { } reason
                ? throw new UsageException($"Not asked. {PlainText.Visible(address)}: {reason}")
                : socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            string visible = PlainText.Visible(address);
            throw new UsageException($"Connect failed. {visible}: {ControlAddress.Reason(e)}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a change and prints the answer.</summary>
    /// <returns>The exit code: fine when the answer is OK.</returns>
    public static int Change(ControlRequest request)
    {
        // The answer to a change has NULs in it that only clients of nfqlb 1.2.0 need.
        string answer = Ask(request).Replace("\0", "");
        if (answer.Length > 0)
        {
            Output.Answer.WriteLine(answer);
        }
        return answer.StartsWith("OK", StringComparison.Ordinal) ? ExitCode.Fine : ExitCode.Refused;
    }
}
