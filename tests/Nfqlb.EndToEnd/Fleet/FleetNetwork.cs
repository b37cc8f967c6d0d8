using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.Fleet;

/// <summary>A client, a router that learns by BGP and spreads by ECMP, equal balancers with `serve`, and targets that
/// answer past them.</summary>
/// <remarks>
/// client, router (BIRD, ECMP), balancer 1 to 3 (BIRD, serve), a bridge that is the router's too, target 1 to 6. Each
/// balancer sees a directory of its own as /dev/shm.
/// </remarks>
internal sealed class FleetNetwork : IDisposable
{
    public const int BalancerCount = 3, TargetCount = 6, Port = 5001;

    public const string Vip4 = "203.0.113.10", Vip6 = "2001:db8:99::1";

    /// <summary>The client's addresses, as tcpdump takes them.</summary>
    public const string FromClient = "(src 198.51.100.2 or src 2001:db8:c::2)";

    /// <summary>So long a busy machine may take.</summary>
    public static readonly TimeSpan Convergence = TimeSpan.FromSeconds(30);

    private readonly Sandbox _sandbox = new();

    public FleetNetwork()
    {
        try
        {
            Client = AddHost("client");
            Router = AddHost("router");
            Balancers = [.. Enumerable.Range(1, BalancerCount).Select(i => new FleetBalancer(
                this, i, AddHost(FleetBalancer.NameOf(i))))];
            Targets = [.. Enumerable.Range(1, TargetCount).Select(i => new FleetTarget(i, AddHost($"t{i}")))];
            Link();
            foreach (FleetTarget target in Targets)
            {
                target.StartServer();
            }
            StartBird(Router, FleetRouting.OfRouter());
            foreach (FleetBalancer balancer in Balancers)
            {
                balancer.StartBird();
                balancer.Start();
            }
            WaitForWays(BalancerCount);
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Router { get; }

    public IReadOnlyList<FleetBalancer> Balancers { get; }

    public IReadOnlyList<FleetTarget> Targets { get; }

    /// <summary>The path by which the test itself finds a file of the sandbox's /dev/shm.</summary>
    public string PathInSharedMemory(string name) => _sandbox.PathInSharedMemory(name);

    /// <summary>Waits until the router spreads both addresses over so many balancers.</summary>
    public void WaitForWays(int count) => Eventually.True(
        () => WaysTo("-4", Vip4) == count && WaysTo("-6", Vip6) == count, $"{count} ways at the router", Convergence);

    /// <summary>Starts BIRD with a configuration.</summary>
    public BackgroundProcess StartBird(NetworkNamespace host, string configuration)
    {
        string file = $"/dev/shm/{host.Name}.bird";
        File.WriteAllText(_sandbox.PathInSharedMemory($"{host.Name}.bird"), configuration);
        return host.Start("/usr/sbin/bird", "-f", "-c", file, "-s", $"{file}.ctl", "-P", $"{file}.pid");
    }

    public void Dispose() => _sandbox.Dispose();

    private int WaysTo(string family, string vip) =>
        Router.Run("ip", family, "route", "show", vip).Stdout.Split(" via ").Length - 1;

    // With link-local addresses: from them the kernel asks for neighbours of packets that it forwards.
    private NetworkNamespace AddHost(string name)
    {
        NetworkNamespace host = _sandbox.AddNetworkNamespace(name);
        host.Shell(QuietHost.Script + "echo 0 > ipv6/conf/default/addr_gen_mode");
        return host;
    }

    private void Link()
    {
        // The five-tuple of each packet, as a router hashes it. Policy 1 takes what the sender's socket has left in the
        // packet, which comes along in namespaces, and is another one after each retransmission.
        Router.Shell($"""
            {QuietHost.Forwards}
            cd /proc/sys/net
            for family in ipv4 ipv6; do
                echo 3 > $family/fib_multipath_hash_policy
                echo 0x37 > $family/fib_multipath_hash_fields
            done
            ip link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0
            ip link set lan up
            ip address add 10.2.0.1/24 dev lan
            ip address add fd00:2::1/64 dev lan nodad
            {Cable("client", "198.51.100", "2001:db8:c", 24)}
            {string.Concat(Balancers.Select(balancer => balancer.Cables))}
            {string.Concat(Targets.Select(target => Plug(target.Host.Name, target.Host.Name, target.Address)))}
            """);
        Client.Shell("""
            ip route add default via 198.51.100.1
            ip route add default via 2001:db8:c::1
            """);
        foreach (FleetBalancer balancer in Balancers)
        {
            balancer.Host.Shell(QuietHost.Forwards + balancer.Routes);
        }
        foreach (FleetTarget target in Targets)
        {
            target.Host.Shell($"""
                echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore
                echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce
                ip address add {Vip4}/32 dev lo
                ip address add {Vip6}/128 dev lo nodad
                ip route add default via 10.2.0.1
                ip route add default via fd00:2::1
                """);
        }
    }

    /// <summary>The commands that join the router, which has the first address, and a host.</summary>
    public static string Cable(string name, string net4, string net6, int length) => $"""
        ip link add {name} type veth peer name wan netns {name}
        ip link set {name} up
        ip address add {net4}.1/{length} dev {name}
        ip address add {net6}::1/64 dev {name} nodad
        ip -n {name} link set wan up
        ip -n {name} address add {net4}.2/{length} dev wan
        ip -n {name} address add {net6}::2/64 dev wan nodad

        """;

    /// <summary>The commands that join a host to the bridge.</summary>
    public static string Plug(string port, string name, int address) => $"""
        ip link add {port} type veth peer name lan netns {name}
        ip link set {port} master lan up
        ip -n {name} link set lan up
        ip -n {name} address add 10.2.0.{address}/24 dev lan
        ip -n {name} address add fd00:2::{address}/64 dev lan nodad

        """;
}
