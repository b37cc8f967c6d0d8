using System.Text;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>Several balancers side by side, behind a router that spreads connections over them.</summary>
/// <remarks>
/// client (narrow link) border (link) spreader = a segment with balancers and targets. Targets answer past the
/// balancers, so what they send is too long for the narrow link first at the border, whose complaint goes to the
/// virtual address: the spreader takes it to some balancer. The balancers share a /dev/shm; their control sockets
/// are their own.
/// </remarks>
internal sealed class BalancerTier : IDisposable
{
    public const int BalancerCount = 3, TargetCount = 4;

    /// <summary>The least that IPv6 allows.</summary>
    public const int NarrowMtu = 1280;

    private const int FirstTargetMark = 5001, FirstBalancerMark = 101;
    private const int SpreaderPlace = 1, FirstBalancerPlace = 11, FirstTargetPlace = 21;

    // The first address of a link; its two ends are the next ones.
    private const int SpreaderLink = 128, ClientLink = 132;

    private readonly Sandbox _sandbox = new();
    private readonly NetworkNamespace _border;

    public BalancerTier()
    {
        try
        {
            Client = AddHost("client");
            _border = AddHost("border");
            Spreader = AddHost("spreader");
            Spreader.Shell($"""
                ip link add {Segment} address {Mac(SpreaderPlace)} type bridge mcast_snooping 0
                ip link set {Segment} up
                """);
            Balancers = [.. Enumerable.Range(0, BalancerCount).Select(i => new TierBalancer(
                new Balancer(AddToSegment($"balancer-{i + 1}", FirstBalancerPlace + i)), FirstBalancerMark + i,
                Mac(FirstBalancerPlace + i), $"tier-{i + 1}"))];
            Targets = [.. Enumerable.Range(0, TargetCount).Select(i =>
                new Target(AddToSegment($"target-{i + 1}", FirstTargetPlace + i), FirstTargetMark + i))];
            Spreader.Shell(Addresses(Segment, SpreaderPlace));
            Link();
            Route();
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    public NetworkNamespace Client { get; }

    /// <summary>The router in front of the balancers, on one segment with them and the targets.</summary>
    public NetworkNamespace Spreader { get; }

    /// <summary>What the segment is called in the spreader.</summary>
    public static string Segment => "lan";

    public IReadOnlyList<TierBalancer> Balancers { get; }

    public IReadOnlyList<Target> Targets { get; }

    /// <summary>The marks of the targets, in their order.</summary>
    public IReadOnlyList<int> Marks => [.. Targets.Select(target => target.Mark)];

    /// <summary>The path by which the test itself finds a file that a host has written into /dev/shm.</summary>
    public string PathInSharedMemory(string name) => _sandbox.PathInSharedMemory(name);

    public void Dispose() => _sandbox.Dispose();

    private static string Mac(int place) => $"02:00:00:00:01:{place:x2}";

    private static IEnumerable<int> Places =>
    [
        SpreaderPlace,
        .. Enumerable.Range(FirstBalancerPlace, BalancerCount), .. Enumerable.Range(FirstTargetPlace, TargetCount),
    ];

    private NetworkNamespace AddHost(string name)
    {
        NetworkNamespace host = _sandbox.AddNetworkNamespace(name);
        host.Shell(QuietHost.Script);
        return host;
    }

    private NetworkNamespace AddToSegment(string name, int place)
    {
        NetworkNamespace host = AddHost(name);
        Spreader.Shell($"""
            ip link add {name} type veth peer name {Testbed.Uplink} address {Mac(place)} netns /run/netns/{name}
            ip link set {name} master {Segment} up
            """);
        host.Shell($"""
            {Addresses(Testbed.Uplink, place)}
            ip route add default via 192.0.2.{SpreaderPlace}
            ip route add default via 2001:db8:a::{SpreaderPlace}
            """);
        return host;
    }

    // Permanent neighbours: no packet is ever held back or lost for want of them.
    private static string Addresses(string device, int place)
    {
        var script = new StringBuilder($"""
            ip link set {device} up
            ip address add 192.0.2.{place}/25 dev {device}
            ip address add 2001:db8:a::{place}/64 dev {device} nodad

            """);
        foreach (int other in Places.Where(other => other != place))
        {
            script.AppendLine($"ip neighbour add 192.0.2.{other} lladdr {Mac(other)} dev {device} nud permanent");
            script.AppendLine($"ip neighbour add 2001:db8:a::{other} lladdr {Mac(other)} dev {device} nud permanent");
        }
        return script.ToString();
    }

    /// <summary>The two links between client and spreader; only the border's end to the client is narrow.</summary>
    private void Link()
    {
        _border.Shell($"""
            {QuietHost.Forwards}
            ip link add client type veth peer name uplink netns /run/netns/client
            ip link add spreader type veth peer name border netns /run/netns/spreader
            ip link set client mtu {NarrowMtu}
            {Ends("client", ClientLink, 1)}
            {Ends("spreader", SpreaderLink, 1)}
            # All complaints of a test go to one address, faster than a router usually sends them.
            echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
            echo 0 > /proc/sys/net/ipv6/icmp/ratelimit
            """);
        Client.Shell($"""
            {Ends("uplink", ClientLink, 2)}
            ip route add default via 192.0.2.{ClientLink + 1}
            ip route add default via 2001:db8:{ClientLink}::1
            ip -4 route add local {Testbed.ClientNet4} dev lo
            ip -6 route add local {Testbed.ClientNet6} dev lo
            """);
        Spreader.Shell($"""
            {QuietHost.Forwards}
            {Ends("border", SpreaderLink, 2)}
            # By addresses and ports: connections of one client go to different balancers.
            echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy
            echo 1 > /proc/sys/net/ipv6/fib_multipath_hash_policy
            """);
    }

    private static string Ends(string device, int link, int end) => $"""
        ip link set {device} address {Mac(link + end)} up
        ip address add 192.0.2.{link + end}/30 dev {device}
        ip address add 2001:db8:{link}::{end}/64 dev {device} nodad
        ip neighbour add 192.0.2.{link + 3 - end} lladdr {Mac(link + 3 - end)} dev {device} nud permanent
        ip neighbour add 2001:db8:{link}::{3 - end} lladdr {Mac(link + 3 - end)} dev {device} nud permanent
        """;

    private void Route()
    {
        _border.Shell($"""
            ip route add {Testbed.ClientNet4} via 192.0.2.{ClientLink + 2}
            ip route add {Testbed.ClientNet6} via 2001:db8:{ClientLink}::2
            {ForEachAddress(address => $"ip route add {address} via {ToSpreader(address)}")}
            """);
        Spreader.Shell($"""
            ip route add default via 192.0.2.{SpreaderLink + 1}
            ip route add default via 2001:db8:{SpreaderLink}::1
            {ForEachAddress(address => $"ip route add {address} {NextHops(address)}")}
            """);
        foreach (TierBalancer balancer in Balancers)
        {
            balancer.Host.Shell(QuietHost.Forwards
                + string.Concat(Balancers.Select((other, i) =>
                    other == balancer ? "" : MarkRoute(other.Mark, FirstBalancerPlace + i)))
                + string.Concat(Targets.Select((target, i) => MarkRoute(target.Mark, FirstTargetPlace + i)))
                + ForEachAddress(address =>
                    $"{Either(address, "iptables", "ip6tables")} -t mangle -A PREROUTING -d {address} "
                    + "-j NFQUEUE --queue-balance 0:3"));
        }
        foreach (Target target in Targets)
        {
            target.Host.Shell(ForEachAddress(address => $"ip address add {address} dev lo"));
        }
    }

    private static string ForEachAddress(Func<string, string> line) =>
        string.Join('\n', Testbed.VirtualAddresses.Select(line));

    private static string Either(string address, string ifIPv4, string ifIPv6) =>
        Testbed.IsIPv6(address) ? ifIPv6 : ifIPv4;

    private static string ToSpreader(string address) =>
        Either(address, $"192.0.2.{SpreaderLink + 2}", $"2001:db8:{SpreaderLink}::2");

    private static string NextHops(string address) => string.Concat(Enumerable.Range(FirstBalancerPlace, BalancerCount)
        .Select(place => $"nexthop via {Either(address, "192.0.2.", "2001:db8:a::")}{place} "));

    private static string MarkRoute(int mark, int place) => $"""
        ip -4 rule add fwmark {mark} table {mark}
        ip -6 rule add fwmark {mark} table {mark}
        ip route add default via 192.0.2.{place} table {mark}
        ip route add default via 2001:db8:a::{place} table {mark}

        """;
}

/// <summary>One of several balancers.</summary>
/// <param name="Mark">Leads to it from the others.</param>
/// <param name="Station">Its link-layer address on the segment.</param>
/// <param name="TierPool">The pool by which it tells which balancer a fragment belongs to.</param>
internal sealed record TierBalancer(Balancer Balancer, int Mark, string Station, string TierPool)
{
    public NetworkNamespace Host => Balancer.Host;
}
