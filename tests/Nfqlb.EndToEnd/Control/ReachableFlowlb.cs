using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Control;

/// <summary>A flowlb whose control socket the test itself can reach, as it runs in the test's network namespace.</summary>
/// <remarks>No rule leads packets to its queue. The names of queue and socket are this process's own.</remarks>
public sealed class ReachableFlowlb : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public ReachableFlowlb()
    {
        string queue = $"{40_000 + Environment.ProcessId % 20_000}";
        Balancer = new Balancer(_sandbox.HostNetwork);
        try
        {
            Balancer.CreatePool("lb-1", 997, 10);
            Process = Balancer.WaitUntilReady(
                Balancer.Host.Start("env", $"NFQLB_FLOW_ADDRESS=unix:{SocketName}", Executables.Nfqlb, "flowlb",
                    $"--queue={queue}", $"--trace_address=unix:{SocketName}-trace"),
                queue, '@' + SocketName);
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    internal Balancer Balancer { get; }

    internal BackgroundProcess Process { get; }

    private static string SocketName { get; } = $"nfqlb-e2e-{Environment.ProcessId}";

    internal RawConnection Connect() => new(SocketName);

    /// <summary>One request from the first byte to the close.</summary>
    internal string Ask(string request)
    {
        using RawConnection connection = Connect();
        return connection.Send(request).ReadToClose();
    }

    public void Dispose() => _sandbox.Dispose();
}
