using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Watching;

/// <summary>One flowlb with an HTTP socket, a pool and a flow, to which no packets come.</summary>
/// <remarks>Made with its first use: xunit makes class fixtures also where it then skips every test.</remarks>
public sealed class WatchedFlowlb : IDisposable
{
    public const string Address = "unix:/dev/shm/http";

    private readonly Lazy<(Sandbox Sandbox, Balancer Balancer)> _made = new(Make);

    internal Sandbox Sandbox => _made.Value.Sandbox;

    internal Balancer Balancer => _made.Value.Balancer;

    /// <summary>The socket's file, as the test sees it.</summary>
    internal string Path => Sandbox.PathInSharedMemory("http");

    internal MetricsText Metrics() => new(HttpView.Get(Path, "/metrics"));

    public void Dispose()
    {
        if (_made.IsValueCreated)
        {
            Sandbox.Dispose();
        }
    }

    private static (Sandbox Sandbox, Balancer Balancer) Make()
    {
        var sandbox = new Sandbox();
        var balancer = new Balancer(sandbox.First);
        try
        {
            balancer.CreatePool("web", 997, 10, 101, 102);
            balancer.StartFlowlb("0:1", $"--http={Address}");
            balancer.Nfqlb("flow-set", "--name=all", "--target=web").MustSucceed();
            HttpView.WaitUntilReady(sandbox.PathInSharedMemory("http"));
            return (sandbox, balancer);
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }
}
