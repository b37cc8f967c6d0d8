using System.Net.Sockets;
using System.Text;
using Nfqlb.PathBench.Lab;

namespace Nfqlb.PathBench.Contenders;

/// <summary>What `nfqlb flow-set` says to a running balancer, without a process a flow: there may be 10,000.</summary>
/// <param name="name">Of the abstract socket.</param>
internal sealed class FlowControl(string name)
{
    /// <summary>Where the address is given to the balancer.</summary>
    public const string Variable = "NFQLB_FLOW_ADDRESS";

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <summary>The address, as the variable has it.</summary>
    public string Address => $"unix:{name}";

    /// <summary>Sets a UDP flow.</summary>
    /// <exception cref="BenchException">It was refused.</exception>
    public void Set(string flow, string target, string destination, int port)
    {
        using var socket = Connect();
        socket.Send(Encoding.ASCII.GetBytes(
            $"action:set\nname:{flow}\ntarget:{target}\nprotocols:udp\ndsts:{destination}\ndports:{port}\neoc:\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        string answer = reader.ReadToEnd();
        if (!answer.StartsWith("OK", StringComparison.Ordinal))
        {
            throw new BenchException($"flow {flow}: {answer}");
        }
    }

    /// <summary>The queues are bound a moment before the socket listens.</summary>
    private Socket Connect()
    {
        var end = DateTime.UtcNow + ConnectLimit;
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint('\0' + name));
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (DateTime.UtcNow > end)
                {
                    throw new BenchException($"control socket {Address}: {e.Message}");
                }
                Thread.Sleep(20);
            }
        }
    }
}
