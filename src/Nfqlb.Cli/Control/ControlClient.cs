using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.CommandLine;

namespace Nfqlb.Cli.Control;

/// <summary>Asks the running balancer.</summary>
internal static class ControlClient
{
    private const int TimeLimitMilliseconds = 30_000;

    /// <summary>Sends a request and waits for the whole answer.</summary>
    /// <exception cref="UsageException">Nobody listens, or nobody answers.</exception>
    public static string Ask(ControlRequest request)
    {
        string address = ControlAddress.Text;
        var endPoint = ControlAddress.Parse(address);
        using var socket = ControlAddress.NewSocket(endPoint);
        socket.SendTimeout = TimeLimitMilliseconds;
        socket.ReceiveTimeout = TimeLimitMilliseconds;
        try
        {
            socket.Connect(endPoint);
        }
        catch (SocketException e)
        {
            throw new UsageException($"Connect failed. {address}: {ControlAddress.Reason(e)}");
        }
        try
        {
            socket.Send(request.ToBytes());
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new UsageException($"No answer from {address}: {e.Message}");
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
