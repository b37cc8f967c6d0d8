using System.Text.Json;
using Nfqlb.EndToEnd.Lab;

namespace Nfqlb.EndToEnd.ControlPlane;

/// <summary>A host set up by hand, as it was done for nfqlb 1.2.0: rules of xtables, `ip rule` and `ip route`.
/// </summary>
/// <remarks>The links are veth pairs within one namespace: only what the host itself knows matters here.</remarks>
public sealed class HandMadeHost : IDisposable
{
    public const string Vip4 = "203.0.113.1", Vip6 = "2001:db8:99::1";

    // As nobody is there to answer, neighbours stay as if they had answered just now.
    internal const string Network = """
        link() {
            ip link add $1 type veth peer name $1-end
            ip link set $1-end addrgenmode none up
            ip link set $1 addrgenmode none up
            ip address add 192.0.2.$2/30 dev $1
            ip address add 2001:db8:$3::1/64 dev $1 nodad
            for f in 4 6; do echo 100000 > /proc/sys/net/ipv$f/neigh/$1/base_reachable_time; done
        }
        neighbours() {
            ip neighbour replace 192.0.2.$(($2 + 1)) lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
            ip neighbour replace 2001:db8:$3::2 lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
        }
        link client 1 0; link red 5 1; link blue 9 2
        neighbours client 1 0
        ip route add default via 192.0.2.2
        ip route add default via 2001:db8:0::2

        """;

    /// <summary>Makes what the host is meant to have, whatever there was before; `nfqlb` and `routes` are words of
    /// all scripts.</summary>
    private const string Words = """
        routes() {
            neighbours red 5 1; neighbours blue 9 2
            ip route replace default via 192.0.2.6 table 101; ip route replace default via 192.0.2.10 table 102
            ip route replace default via 2001:db8:1::2 table 101; ip route replace default via 2001:db8:2::2 table 102
        }
        neighbours() {
            ip neighbour replace 192.0.2.$(($2 + 1)) lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
            ip neighbour replace 2001:db8:$3::2 lladdr 02:00:00:00:00:0$3 dev $1 nud noarp
        }
        rules() {
            for f in -4 -6; do
                ip $f rule flush; ip $f rule add pref 32766 lookup main
                for m in 101 102; do ip $f rule add fwmark $m lookup $m; done
            done
        }
        queue() {
            nft flush ruleset; ip xfrm policy flush
            for t in iptables-legacy ip6tables-legacy; do $t -F FORWARD; $t -P FORWARD ACCEPT; done
            iptables -t mangle -A PREROUTING -d 203.0.113.1 -j NFQUEUE --queue-balance 0:3
            ip6tables -t mangle -A PREROUTING -d 2001:db8:99::1 -j NFQUEUE --queue-balance 0:3
        }
        links() {
            ip link set red-end up; ip link set blue up; ip link set client-end up
            ip link del bridge; ip address del 203.0.113.77/32 dev client
            for l in client red blue; do ip link set $l arp on; tc qdisc del dev $l root; done
            ip address del 203.0.113.1/32 dev client; ip address del 2001:db8:99::1/128 dev red
            ip address replace 2001:db8:2::1/64 dev blue nodad
        } 2>/dev/null
        sysctls() {
            cd /proc/sys/net
            echo 1 > ipv4/ip_forward; echo 1 > ipv6/conf/all/forwarding
            for f in ipv4/conf/*/forwarding; do echo 1 > $f; done
            for f in rp_filter src_valid_mark arp_ignore; do for c in ipv4/conf/*/$f; do echo 0 > $c; done; done
            for f in ipv?/fwmark_reflect; do echo 0 > $f; done
        }
        flows() {
            for f in other web vip-203.0.113.78; do nfqlb flow-delete --name=$f; done
            nfqlb vip-delete --vips=203.0.113.1,203.0.113.77,203.0.113.78,203.0.113.64/28,2001:db8:99::1
            flow
        }
        pool() {
            nfqlb init --shm=web --M=997 --N=10; nfqlb activate --shm=web 101 102
        }
        flow() {
            nfqlb flow-set --name=http --target=web --protocols=tcp --dsts=203.0.113.1/32,2001:db8:99::1/128 --dports=80
        }

        """;

    private readonly Lazy<Sandbox> _sandbox = new(Make);

    internal NetworkNamespace Host => _sandbox.Value.First;

    /// <summary>Runs a script with the words above.</summary>
    internal CommandResult Shell(string script) => Run(Host, script);

    /// <summary>Puts everything back that a test may have changed.</summary>
    internal void Restore() =>
        Shell("(sysctls; links || true; ip route flush table 101; pool; flows || true; routes; rules; queue) >&2");

    /// <summary>What a command says as JSON.</summary>
    internal JsonElement Json(params IReadOnlyList<string> words)
    {
        CommandResult result = new Balancer(Host).Nfqlb([.. words, "--json"]);
        Assert.True(result.Stderr.Length == 0, $"{result}");
        return JsonDocument.Parse(result.Stdout).RootElement;
    }

    public void Dispose()
    {
        if (_sandbox.IsValueCreated)
        {
            _sandbox.Value.Dispose();
        }
    }

    private static CommandResult Run(NetworkNamespace host, string script) =>
        host.Shell($"nfqlb() {{ {Executables.Nfqlb} \"$@\"; }}\n{Words}{script}");

    private static Sandbox Make()
    {
        var sandbox = new Sandbox();
        try
        {
            sandbox.First.Shell(QuietHost.Script + QuietHost.Forwards + Network);
            new Balancer(sandbox.First).StartFlowlb("0:3");
            Run(sandbox.First, "pool >/dev/null; flow; routes; rules; queue");
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }
}
