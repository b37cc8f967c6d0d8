using System.Diagnostics;
using System.Text;

namespace Nfqlb.PathBench.Lab;

/// <summary>Client, balancer, targets.</summary>
/// <remarks>
/// The balancer's network is the one this process runs in; the others are namespaces beside it.
/// <code>
///   client ──lb  client── (balancer) ──targets  lb── targets
/// </code>
/// All targets are next hops on one link, told apart by their addresses. What arrives there is counted by the device
/// and dropped before anything else looks at it: in the field a target is a machine of its own.
/// </remarks>
internal sealed class Network : IDisposable
{
    /// <summary>The namespace packets come from.</summary>
    public const string Client = "client";

    /// <summary>The namespace packets go to.</summary>
    public const string Targets = "targets";

    /// <summary>The device towards the balancer, in both of them.</summary>
    public const string ToBalancer = "lb";

    /// <summary>The balancer's device towards the client.</summary>
    public const string FromClient = "client";

    /// <summary>The link-layer address of that device.</summary>
    public const string BalancerStation = "02:00:00:00:01:02";

    private const string TargetStation = "02:00:00:00:02:02";

    /// <summary>A process in the targets' namespace, through which its counters can be read without a fork.</summary>
    private readonly Process _anchor;

    /// <summary>Builds everything.</summary>
    /// <param name="targets">The most targets that will be used.</param>
    public Network(int targets)
    {
        AddNamespace(Client);
        AddNamespace(Targets);
        AddLink(Client, "02:00:00:00:01:01", FromClient, BalancerStation);
        AddLink(Targets, TargetStation, "targets", "02:00:00:00:02:01");
        Command.Run("ip", "link", "set", "lo", "up");
        Command.Run("ip", "addr", "add", "10.1.0.1/16", "dev", "targets");
        // Early demux looks for a socket for every packet, in vain where all are forwarded.
        Command.Run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.ip_early_demux=0");
        AddTargets(targets);
        DropAtTargets();
        _anchor = Command.Start("ip", "netns", "exec", Targets, "sleep", "infinity");
    }

    /// <summary>The mark of a target.</summary>
    public static int MarkOf(int target) => 4096 + target;

    /// <summary>The address of a target.</summary>
    public static string AddressOf(int target) => $"10.1.{1 + target / 250}.{1 + target % 250}";

    /// <summary>Which cores take packets in: masks, 0 for the core that sends them.</summary>
    public static void SteerReceipt(string balancer, string targets)
    {
        File.WriteAllText($"/sys/class/net/{FromClient}/queues/rx-0/rps_cpus", balancer);
        Command.Run(
            "ip", "netns", "exec", Targets,
            "sh", "-c", $"echo {targets} > /sys/class/net/{ToBalancer}/queues/rx-0/rps_cpus");
    }

    /// <summary>Packets that have arrived at the targets; a super-packet counts as those it was made of.</summary>
    public long Arrived(Traffic traffic)
    {
        foreach (string line in File.ReadLines($"/proc/{_anchor.Id}/net/dev"))
        {
            // "  lb: bytes packets errs drop ..."
            string[] columns = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (columns[0] == ToBalancer)
            {
                long bytes = long.Parse(columns[1]), packets = long.Parse(columns[2]);
                return traffic.PayloadBytes() is { } payload
                    ? (bytes - packets * Traffics.HeaderBytes) / payload
                    : packets;
            }
        }
        throw new BenchException($"the device {ToBalancer} of the targets is gone");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _anchor.Kill();
        _anchor.Dispose();
    }

    private static void AddNamespace(string name)
    {
        Command.Run("ip", "netns", "add", name);
        Command.Run("ip", "-n", name, "link", "set", "lo", "up");
    }

    private static void AddLink(string space, string station, string device, string deviceStation)
    {
        Command.Run(
            "ip", "link", "add", device, "address", deviceStation,
            "type", "veth", "peer", "name", ToBalancer, "netns", space, "address", station);
        // Nothing but our packets shall travel: no router solicitations, no duplicate address detection.
        Command.Run("sysctl", "-qw", $"net.ipv6.conf.{device}.disable_ipv6=1", $"net.ipv4.conf.{device}.rp_filter=0");
        Command.Run("ip", "netns", "exec", space, "sysctl", "-qw", $"net.ipv6.conf.{ToBalancer}.disable_ipv6=1");
        Command.Run("ip", "link", "set", device, "up");
        Command.Run("ip", "-n", space, "link", "set", ToBalancer, "up");
    }

    /// <summary>A neighbour each: nobody shall have to ask where they are.</summary>
    private static void AddTargets(int count)
    {
        var lines = new StringBuilder();
        for (int target = 0; target < count; target++)
        {
            lines.AppendLine($"neigh add {AddressOf(target)} lladdr {TargetStation} dev targets nud permanent");
        }
        Command.Feed(lines.ToString(), "ip", "-batch", "-");
    }

    private static void DropAtTargets() => Command.Feed(
        $$"""
        table netdev bench {
            chain arrivals {
                type filter hook ingress device "{{ToBalancer}}" priority 0; policy drop;
            }
        }

        """,
        "ip", "netns", "exec", Targets, "nft", "-f", "-");
}
