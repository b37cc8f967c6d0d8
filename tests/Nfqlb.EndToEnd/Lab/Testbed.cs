using System.Text;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>A client, a balancer and targets, linked by veth pairs.</summary>
/// <remarks>
/// Packets to a virtual address are queued in the balancer; the mark they come back with selects the target's routing
/// table. Link i joins the balancer (192.0.2.(4i+1), 2001:db8:i::1) to host i (one more), where 0 is the client.
/// </remarks>
internal sealed class Testbed : IDisposable
{
    /// <summary>All addresses of the client, each of which it may send from.</summary>
    public const string ClientNet4 = "198.18.0.0/15", ClientNet6 = "2001:2::/48";

    private const int FirstMark = 5001;

    private readonly Sandbox _sandbox = new();

    /// <param name="targetCount">At most 60: links have numbers of a byte.</param>
    /// <param name="isRouted">False: the balancer has no rules, routes and queues for them yet.</param>
    public Testbed(int targetCount, bool isRouted = true)
    {
        Balancer = new Balancer(_sandbox.First);
        try
        {
            Client = Join("client", 0);
            Targets = [.. Enumerable.Range(1, targetCount)
                .Select(i => new Target(Join($"target-{i}", i), FirstMark + i - 1))];
            _sandbox.First.Shell(isRouted ? ForwardingScript + RoutingScript() : ForwardingScript);
            Client.Shell(ClientScript);
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    /// <summary>The virtual addresses whose packets are queued.</summary>
    public static IReadOnlyList<string> VirtualAddresses { get; } =
        ["203.0.113.1", "203.0.113.2", "2001:db8:99::1", "2001:db8:99::2"];

    public Balancer Balancer { get; }

    public NetworkNamespace Client { get; }

    public IReadOnlyList<Target> Targets { get; }

    /// <summary>The marks of the targets, in their order.</summary>
    public IReadOnlyList<int> Marks => [.. Targets.Select(target => target.Mark)];

    /// <summary>What a link's end is called in the client and in each target.</summary>
    public const string Uplink = "uplink";

    /// <summary>The link-layer address that the client sends packets for the balancer to.</summary>
    public static string ClientGateway => Mac(0, 1);

    /// <summary>The link-layer address of a target, by its place.</summary>
    public static string TargetStation(int index) => Mac(index + 1, 2);

    /// <summary>What a person types to look around while a debugger holds the test.</summary>
    public string Entrance => _sandbox.Entrance;

    /// <summary>Gives the virtual addresses to the targets, so that they answer.</summary>
    /// <remarks>Without it they drop what comes: a test that only counts packets does not want the answers.</remarks>
    public void LetTargetsAnswer()
    {
        string script = string.Join('\n', VirtualAddresses.Select(address => $"ip address add {address} dev lo"));
        foreach (Target target in Targets)
        {
            target.Host.Shell(script);
        }
    }

    /// <summary>The path by which the test itself finds a file that a host has written into /dev/shm.</summary>
    public string PathInSharedMemory(string name) => _sandbox.PathInSharedMemory(name);

    /// <summary>The client's link goes, and another one comes in its place, under its name.</summary>
    public void MakeClientLinkAnew()
    {
        _sandbox.First.Shell("ip link del client");
        MakeLink(Client, "client", 0);
        _sandbox.First.Shell(WayToClient);
    }

    public static bool IsIPv6(string address) => address.Contains(':');

    public void Dispose() => _sandbox.Dispose();

    private static string Mac(int link, int end) => $"02:00:00:00:{link:x2}:{end:x2}";

    // Permanent neighbours and no duplicate address detection: no packet is ever held back or lost for want of them.
    private static string Addresses(string device, int link, int end) => $"""
        ip address add 192.0.2.{4 * link + end}/30 dev {device}
        ip address add 2001:db8:{link:x}::{end}/64 dev {device} nodad
        ip link set {device} up
        ip neighbour replace 192.0.2.{4 * link + 3 - end} lladdr {Mac(link, 3 - end)} dev {device} nud permanent
        ip neighbour replace 2001:db8:{link:x}::{3 - end} lladdr {Mac(link, 3 - end)} dev {device} nud permanent

        """;

    private NetworkNamespace Join(string name, int link)
    {
        NetworkNamespace host = _sandbox.AddNetworkNamespace(name);
        host.Shell(QuietHost.Script);
        if (link == 0)
        {
            _sandbox.First.Shell(QuietHost.Script);
        }
        MakeLink(host, name, link);
        return host;
    }

    private void MakeLink(NetworkNamespace host, string name, int link)
    {
        _sandbox.First.Shell($"""
            ip link add {name} address {Mac(link, 1)} type veth peer name {Uplink} netns {name} address {Mac(link, 2)}
            {Addresses(name, link, 1)}
            """);
        host.Shell($"""
            {Addresses(Uplink, link, 2)}
            ip route add default via 192.0.2.{4 * link + 1}
            ip route add default via 2001:db8:{link:x}::1
            """);
    }

    private const string WayToClient = $"""
        ip route add {ClientNet4} via 192.0.2.2
        ip route add {ClientNet6} via 2001:db8:0::2

        """;

    private const string ForwardingScript = $"""
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
        {WayToClient}
        """;

    // Without the route of last resort a marked packet would fall through to the main table and go astray there.
    private string RoutingScript()
    {
        var script = new StringBuilder();
        foreach ((int i, Target target) in Targets.Index())
        {
            int link = i + 1;
            script.Append($"""
                ip -4 rule add fwmark {target.Mark} table {target.Mark}
                ip -6 rule add fwmark {target.Mark} table {target.Mark}
                ip route add default via 192.0.2.{4 * link + 2} table {target.Mark}
                ip route add default via 2001:db8:{link:x}::2 table {target.Mark}
                ip route add unreachable default metric 9999 table {target.Mark}
                ip -6 route add unreachable default metric 9999 table {target.Mark}

                """);
        }
        foreach (string address in VirtualAddresses)
        {
            string tables = IsIPv6(address) ? "ip6tables" : "iptables";
            script.AppendLine($"{tables} -t mangle -A PREROUTING -d {address} -j NFQUEUE --queue-balance 0:3");
        }
        return script.ToString();
    }

    // A local route makes every address of the net the client's own, to bind to and to be answered at.
    private const string ClientScript = $"""
        ip -4 route add local {ClientNet4} dev lo
        ip -6 route add local {ClientNet6} dev lo
        """;

}

/// <summary>A host behind the balancer, and the mark that leads to it.</summary>
internal sealed record Target(NetworkNamespace Host, int Mark);
