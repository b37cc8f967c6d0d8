using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Routing;

namespace Nfqlb.PathBench.Lab;

/// <summary>The balancer's link to the client, which puts UDP packets together or does not.</summary>
internal sealed class GroLink
{
    private const string Sys = $"/sys/class/net/{Network.FromClient}";

    /// <summary>How long the link waits for more packets of a flow.</summary>
    private const int FlushNanoseconds = 20_000;

    private bool _putsTogether;

    /// <summary>Switches it, if need be.</summary>
    public void Use(bool putsTogether)
    {
        if (putsTogether == _putsTogether)
        {
            return;
        }
        // Without a thread of its own a veth hands each packet on as it comes; it can have one only while it polls.
        if (!putsTogether)
        {
            File.WriteAllText($"{Sys}/threaded", "0");
        }
        using (var ethtool = EthtoolSocket.Open())
        {
            ethtool.Set(Network.FromClient, "rx-gro", putsTogether);
            ethtool.Set(Network.FromClient, LinkFeature.UdpGroForwarding, putsTogether);
        }
        File.WriteAllText($"{Sys}/gro_flush_timeout", putsTogether ? $"{FlushNanoseconds}" : "0");
        if (putsTogether)
        {
            File.WriteAllText($"{Sys}/threaded", "1");
        }
        _putsTogether = putsTogether;
    }
}
