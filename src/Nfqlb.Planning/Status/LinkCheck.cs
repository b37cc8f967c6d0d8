using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>Are the links to the targets there and up?</summary>
public static class LinkCheck
{
    private const string Area = "links";

    /// <summary>RFC 8200 §5.</summary>
    private const int LeastMtu = 1280;

    /// <summary>The links to the targets, by name: those asked for, those of their routes, and where there is no route,
    /// those in whose networks they are: the kernel has taken the routes away when such a link went down.</summary>
    public static IReadOnlyCollection<string> UsedBy(
        IReadOnlyList<TargetReport> targets, IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses)
    {
        var used = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var report in targets)
        {
            if (report.Target.Device is { } device)
            {
                used.Add(device);
                continue;
            }
            foreach (var way in new[] { report.Ipv4, report.Ipv6 })
            {
                if (way is null)
                {
                    continue;
                }
                if (way.Link.Length > 0)
                {
                    used.Add(way.Link);
                }
                else if (NameOf(way.Gateway, links, addresses) is { } name)
                {
                    used.Add(name);
                }
            }
        }
        return used;
    }

    /// <param name="used">By name, each once.</param>
    /// <param name="links">All there are.</param>
    public static IEnumerable<Finding> Findings(IReadOnlyCollection<string> used, IReadOnlyList<Link> links)
    {
        int fine = 0;
        var wrong = new List<Finding>();
        foreach (string name in used)
        {
            var link = Find(links, name);
            if (link is null)
            {
                wrong.Add(Finding.Bad(Area, $"there is no link [{name}], by which a target is asked for"));
            }
            else if (!link.IsUp)
            {
                wrong.Add(Finding.Bad(Area, $"{name} is down", $"ip link set {name} up"));
            }
            else if (!link.HasCarrier)
            {
                wrong.Add(Finding.Bad(Area, $"{name} is up, and nothing is at its other end"));
            }
            else
            {
                fine++;
            }
        }
        if (fine > 0)
        {
            yield return Finding.Ok(Area, $"{fine} to targets, up");
        }
        foreach (var finding in wrong)
        {
            yield return finding;
        }
    }

    /// <summary>What keeps packets from a link, or may.</summary>
    /// <param name="used">By which packets come or leave.</param>
    /// <param name="links">All there are.</param>
    /// <param name="disciplines">Those of all links.</param>
    public static IEnumerable<Finding> Unusual(
        IEnumerable<Link> used, IReadOnlyList<Link> links, IReadOnlyList<QueueDiscipline> disciplines)
    {
        foreach (var link in used)
        {
            var master = links.FirstOrDefault(other => other.Index == link.Master);
            if (master is { Kind: not "vrf" })
            {
                yield return Finding.Bad(
                    Area, $"{link.Name} is a part of {master.Name}: what comes by it comes by that one, and its own "
                        + "addresses and routes do nothing", $"ip link set {link.Name} nomaster");
            }
            foreach (var port in links)
            {
                if (port.Master == link.Index && port.MtuBytes < link.MtuBytes)
                {
                    yield return Finding.Open(
                        Area, $"{port.Name} of {link.Name} takes packets of {port.MtuBytes} bytes at most, and "
                            + $"{link.Name} gives it {link.MtuBytes}: longer ones are dropped, and nobody is told",
                        $"ip link set {port.Name} mtu {link.MtuBytes}");
                }
            }
            if (link.MtuBytes < LeastMtu)
            {
                yield return Finding.Open(
                    Area, $"{link.Name} has an MTU of {link.MtuBytes}, and IPv6 needs {LeastMtu}: longer packets that "
                        + "must not be cut are lost where ICMP is");
            }
            if (link.IsDeaf)
            {
                yield return Finding.Warn(
                    Area, $"ARP is off on {link.Name}: who sends packets here by it does not find this host",
                    Remedy.ArpOn(link.Name));
            }
            string[] unknown =
            [
                .. disciplines.Where(one => one.Link == link.Index && !one.IsOrdinary).Select(one => one.Kind)
                    .Distinct().Select(kind => $"tc qdisc {kind}"),
                .. link.HasXdp ? (string[])["an XDP program"] : [],
            ];
            if (unknown.Length > 0)
            {
                yield return Finding.Open(
                    Area, $"not checked: {string.Join(", ", unknown)} on {link.Name} may drop packets");
            }
        }
    }

    /// <summary>Nobody can send by these.</summary>
    /// <param name="incoming">By which packets come.</param>
    public static IEnumerable<Finding> Silent(IEnumerable<Link> incoming) =>
        from link in incoming
        where link is { IsUp: true, HasCarrier: false }
        select Finding.Warn(Area, $"{link.Name}, by which packets come, is up, and nothing is at its other end");

    /// <param name="asked">What links shall do.</param>
    /// <param name="links">All there are.</param>
    public static IEnumerable<Finding> Gone(IReadOnlyList<DesiredFeature> asked, IReadOnlyList<Link> links) =>
    [
        .. asked.Select(feature => feature.Key.Link).Distinct().Where(name => Find(links, name) is null)
            .Select(name => Finding.Warn(Area, $"there is no link [{name}], which is asked to do something")),
    ];

    private static string? NameOf(
        Address gateway, IReadOnlyList<Link> links, IReadOnlyList<InterfaceAddress> addresses)
    {
        foreach (var own in addresses)
        {
            if (own.Address.IsIpv4 == gateway.IsIpv4 && IsOneNetwork(own, gateway))
            {
                foreach (var link in links)
                {
                    if (link.Index == own.Link)
                    {
                        return link.Name;
                    }
                }
            }
        }
        return null;
    }

    private static bool IsOneNetwork(InterfaceAddress own, Address other)
    {
        int bits = own.PrefixLength + (own.Address.IsIpv4 ? 96 : 0);
        ulong high = bits >= 64 ? ulong.MaxValue : bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
        ulong low = bits <= 64 ? 0 : ulong.MaxValue << (128 - bits);
        return ((own.Address.High ^ other.High) & high) == 0 && ((own.Address.Low ^ other.Low) & low) == 0;
    }

    private static Link? Find(IReadOnlyList<Link> links, string name)
    {
        foreach (var link in links)
        {
            if (link.Name == name)
            {
                return link;
            }
        }
        return null;
    }
}
