using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>The machine that examples/frontend/frontend.yaml is for: two links with several targets each, a link to
/// clients, and a router that the egress table leads to.</summary>
/// <remarks>net1 and net2 are bridges, whose ports know their stations: what is at a target came by its link, and for
/// it. Neighbours are permanent, so that no packet waits for one.</remarks>
internal sealed class FrontendBed : IDisposable
{
    public const string Router4 = "192.0.2.6", Router6 = "2001:db8:f::2";

    private readonly Sandbox _sandbox = new();

    public FrontendBed()
    {
        Balancer = new Balancer(_sandbox.First);
        try
        {
            _sandbox.First.Shell(QuietHost.Script + """
                echo 1 > /proc/sys/net/ipv4/ip_forward
                echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
                echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
                echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter
                echo 0 > /proc/sys/net/ipv4/ip_early_demux
                for n in 1 2; do
                    ip link add net$n address 02:00:00:00:0$n:01 type bridge
                    ip address add 172.16.$n.1/24 dev net$n
                    ip address add fd00:$n::1/64 dev net$n nodad
                    ip link set net$n up
                done
                """);
            Targets = [.. from place in ((int Mark, int Link, int Host)[])
                [(5000, 1, 10), (5001, 1, 11), (5002, 2, 10), (5003, 2, 11), (5100, 1, 20)]
                select new Target(AddTarget(place.Link, place.Host), place.Mark)];
            Client = AddNeighbour("client", "192.0.2.1", "192.0.2.2", "2001:db8:c::1", "2001:db8:c::2");
            Router = AddNeighbour("upstream", "192.0.2.5", Router4, "2001:db8:f::1", Router6);
            _sandbox.First.Shell($"""
                ip route add {Testbed.ClientNet4} via 192.0.2.2
                ip route add {Testbed.ClientNet6} via 2001:db8:c::2
                """);
        }
        catch
        {
            _sandbox.Dispose();
            throw;
        }
    }

    public Balancer Balancer { get; }

    /// <summary>Each machine once; that of mark 5002 is in both pools.</summary>
    public IReadOnlyList<Target> Targets { get; }

    public NetworkNamespace Client { get; }

    public NetworkNamespace Router { get; }

    public void Dispose() => _sandbox.Dispose();

    private NetworkNamespace AddTarget(int link, int host)
    {
        string name = $"target-{link}-{host}", station = $"02:00:00:00:0{link}:{host}";
        NetworkNamespace target = _sandbox.AddNetworkNamespace(name);
        target.Shell(QuietHost.Script);
        _sandbox.First.Shell($"""
            ip link add {name} type veth peer name {Testbed.Uplink} netns {name} address {station}
            ip link set {name} master net{link} up
            bridge link set dev {name} flood off mcast_flood off learning off
            bridge fdb replace {station} dev {name} master static
            ip neighbour replace 172.16.{link}.{host} lladdr {station} dev net{link} nud permanent
            ip neighbour replace fd00:{link}::{host} lladdr {station} dev net{link} nud permanent
            """);
        target.Shell($"""
            ip address add 172.16.{link}.{host}/24 dev {Testbed.Uplink}
            ip address add fd00:{link}::{host}/64 dev {Testbed.Uplink} nodad
            ip link set {Testbed.Uplink} up
            ip neighbour replace 172.16.{link}.1 lladdr 02:00:00:00:0{link}:01 dev {Testbed.Uplink} nud permanent
            ip neighbour replace fd00:{link}::1 lladdr 02:00:00:00:0{link}:01 dev {Testbed.Uplink} nud permanent
            ip route add default via 172.16.{link}.1
            ip route add default via fd00:{link}::1
            """);
        return target;
    }

    private NetworkNamespace AddNeighbour(string name, string here4, string there4, string here6, string there6)
    {
        string here = $"02:00:00:00:{name.Length:x2}:01", there = $"02:00:00:00:{name.Length:x2}:02";
        NetworkNamespace host = _sandbox.AddNetworkNamespace(name);
        host.Shell(QuietHost.Script);
        _sandbox.First.Shell($"""
            ip link add {name} address {here} type veth peer name {Testbed.Uplink} netns {name} address {there}
            {Addresses(name, here4, here6, there4, there6, there)}
            """);
        host.Shell($"""
            {Addresses(Testbed.Uplink, there4, there6, here4, here6, here)}
            ip route add default via {here4}
            ip route add default via {here6}
            """);
        return host;
    }

    private static string Addresses(
        string device, string own4, string own6, string other4, string other6, string station) => $"""
        ip address add {own4}/30 dev {device}
        ip address add {own6}/64 dev {device} nodad
        ip link set {device} up
        ip neighbour replace {other4} lladdr {station} dev {device} nud permanent
        ip neighbour replace {other6} lladdr {station} dev {device} nud permanent
        """;
}
