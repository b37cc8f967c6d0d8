using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A host that a file was applied to and that works: a client's link, and one to each of two
/// targets.</summary>
/// <remarks>The links are veth pairs within one namespace: only what the host itself knows matters here.</remarks>
internal sealed class AppliedHost : IDisposable
{
    public const string Client4 = "198.18.0.1", Client6 = "2001:2::1", Vip4 = "203.0.113.1", Vip6 = "2001:db8:99::1";

    // As nobody is there to answer, neighbours stay as if they had answered just now.
    private const string Network = """
        cd /proc/sys/net
        echo 1 > ipv4/ip_forward
        echo 1 > ipv6/conf/all/forwarding
        for d in all default; do echo 0 > ipv4/conf/$d/rp_filter; echo 0 > ipv6/conf/$d/accept_dad; done
        echo 1 > ipv6/conf/all/keep_addr_on_down
        link() {
            ip link add $1 type veth peer name $1-end
            ip link set $1-end up
            ip address add 192.0.2.$2/30 dev $1
            ip address add 2001:db8:$3::1/64 dev $1 nodad
            ip link set $1 up
            for f in 4 6; do echo 100000 > /proc/sys/net/ipv$f/neigh/$1/base_reachable_time; done
            ip neighbour replace 192.0.2.$(($2 + 1)) lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
            ip neighbour replace 2001:db8:$3::2 lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
        }
        link client 1 0
        link red 5 1
        link blue 9 2
        ip route add default via 192.0.2.2
        ip route add default via 2001:db8:0::2
        """;

    /// <summary>Those of the links to targets, which go when a link goes down.</summary>
    public const string Neighbours = """
        ip neighbour replace 192.0.2.6 lladdr 02:00:00:00:00:01 dev red nud noarp
        ip neighbour replace 192.0.2.10 lladdr 02:00:00:00:00:02 dev blue nud noarp
        ip neighbour replace 2001:db8:1::2 lladdr 02:00:00:00:00:01 dev red nud noarp
        ip neighbour replace 2001:db8:2::2 lladdr 02:00:00:00:00:02 dev blue nud noarp
        """;

    public const string Document = $"""
        pools:
          - name: web
            M: 997
            N: 10
            targets:
              - {"{"} name: red, mark: 101, via: [192.0.2.6, "2001:db8:1::2"] {"}"}
              - {"{"} name: blue, mark: 102, via: [192.0.2.10, "2001:db8:2::2"] {"}"}
          - {"{"} name: empty, M: 101, N: 4 {"}"}
        flows:
          - {"{"} name: http, target: web, protocols: [tcp], dports: [80] {"}"}
          - {"{"} name: https, target: web, protocols: [tcp], dports: [443] {"}"}
        vips: [{Vip4}, "{Vip6}"]
        sysctls:
          net.ipv4.ip_forward: "1"
        """;

    private readonly Sandbox _sandbox = new();

    public AppliedHost()
    {
        Balancer = new Balancer(_sandbox.First);
        try
        {
            _sandbox.First.Shell(Network);
            File.WriteAllText(_sandbox.PathInSharedMemory("wanted.yaml"), Document);
            Flowlb = Balancer.StartFlowlb("0:3");
            Apply();
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    public Balancer Balancer { get; }

    public BackgroundProcess Flowlb { get; }

    /// <summary>The path by which the test itself finds a file of /dev/shm.</summary>
    public string PathInSharedMemory(string name) => _sandbox.PathInSharedMemory(name);

    /// <summary>Makes the host match the file, perhaps again.</summary>
    public void Apply() => Balancer.Nfqlb("apply", "--file=/dev/shm/wanted.yaml").MustSucceed();

    public CommandResult Nfqlb(params IReadOnlyList<string> words) => Balancer.Nfqlb(words);

    public void Shell(string script) => Balancer.Host.Shell(script);

    /// <summary>What a command says as JSON; its exit code must be this.</summary>
    public JsonElement Json(int exitCode, params IReadOnlyList<string> words)
    {
        CommandResult result = Nfqlb([.. words, "--json"]);
        Assert.True(result.ExitCode == exitCode && result.Stderr.Length == 0, $"{result}");
        return JsonDocument.Parse(result.Stdout).RootElement;
    }

    public void Dispose() => _sandbox.Dispose();
}
