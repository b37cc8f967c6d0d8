namespace Nfqlb.EndToEnd.Lab;

/// <summary>What every host of the laboratory does first, so that it sends nothing that no test asked for.</summary>
internal static class QuietHost
{
    // A host that is not asked to must not forward: what it does not know would go to and fro until its last hop.
    public const string Script = """
        cd /proc/sys/net
        echo 0 > ipv4/ip_forward
        echo 0 > ipv6/conf/all/forwarding
        for d in all default; do
            echo 0 > ipv4/conf/$d/rp_filter
            echo 0 > ipv4/conf/$d/send_redirects
            echo 0 > ipv6/conf/$d/accept_dad
            echo 0 > ipv6/conf/$d/accept_ra
            echo 0 > ipv6/conf/$d/router_solicitations
        done
        echo 1 > ipv6/conf/default/addr_gen_mode
        ip link set lo up

        """;

    /// <summary>What a host does that is a router.</summary>
    public const string Forwards = """
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding

        """;
}
