using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A host with two links full of next hops, for the control commands to work on. No packets.</summary>
/// <remarks>Made with its first use: xunit makes class fixtures also where it then skips every test.</remarks>
public sealed class ControlHost : IDisposable
{
    private readonly Lazy<(Sandbox Sandbox, Balancer Balancer)> _made = new(Make);
    private readonly Lazy<DirectoryInfo> _files = new(() => Directory.CreateTempSubdirectory("nfqlb-e2e-"));

    private BackgroundProcess? _flowlb;

    internal Balancer Balancer => _made.Value.Balancer;

    internal NetworkNamespace Host => Balancer.Host;

    /// <summary>Link 1 is `left`, link 2 `right`: 10.L.0.0/16 and fd00:L::/64.</summary>
    internal static string Via4(int link, int host) => $"10.{link}.{host / 256 + 1}.{host % 256}";

    internal static string Via6(int link, int host) => $"fd00:{link}::{host + 2:x}";

    internal static string Via(int link, int host) => $"{Via4(link, host)},{Via6(link, host)}";

    internal CommandResult Nfqlb(params IReadOnlyList<string> words) => Balancer.Nfqlb(words);

    internal KernelState State() => KernelState.Read(Host);

    internal PoolMemory Pool(string name) => PoolMemory.Read(_made.Value.Sandbox.PathInSharedMemory(name));

    /// <summary>A file that the host can read too.</summary>
    internal string WriteFile(string name, string text)
    {
        string path = Path.Combine(_files.Value.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    internal CommandResult Apply(string text, params string[] options) =>
        Nfqlb(["apply", "-f", WriteFile("wanted.yaml", text), .. options]);

    /// <summary>A flowlb for those who set flows; it runs until the end.</summary>
    internal BackgroundProcess StartFlowlb()
    {
        _flowlb ??= Balancer.StartFlowlb("0:3");
        return _flowlb;
    }

    /// <summary>Takes away what earlier tests have left, and starts with empty pools of this size.</summary>
    internal void Begin(params string[] pools)
    {
        Nfqlb("reset", "--all", "--foreign").MustSucceed();
        Host.Shell("find /dev/shm -type f ! -name ftshm -delete; nft flush ruleset");
        foreach (string pool in pools)
        {
            Balancer.CreatePool(pool, lookupSize: 997, maxTargets: 10);
        }
    }

    public void Dispose()
    {
        if (_made.IsValueCreated)
        {
            _made.Value.Sandbox.Dispose();
        }
        if (_files.IsValueCreated)
        {
            _files.Value.Delete(recursive: true);
        }
    }

    private static (Sandbox Sandbox, Balancer Balancer) Make()
    {
        var sandbox = new Sandbox();
        try
        {
            sandbox.First.Shell(QuietHost.Script + QuietHost.Forwards + """
                link() {
                    ip link add $2 type veth peer name $2-end
                    ip link set $2-end addrgenmode none up
                    ip link set $2 addrgenmode none up
                    ip address add 10.$1.0.1/16 dev $2
                    ip address add fd00:$1::1/64 dev $2 nodad
                }
                link 1 left
                link 2 right
                """);
            return (sandbox, new Balancer(sandbox.First));
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }
}
