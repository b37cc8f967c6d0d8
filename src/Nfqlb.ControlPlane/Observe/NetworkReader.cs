using Nfqlb.Linux;
using Nfqlb.Linux.Netlink.Ethtool;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>Reads links, addresses, rules, routes and neighbours: each once, however many targets there are.</summary>
public static class NetworkReader
{
    /// <summary>The kernel's own tables, default, main and local, may be long and are asked, not listed.</summary>
    private const uint Default = 253, Local = 255;

    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <summary>Reads them.</summary>
    /// <param name="desired">Names the tables whose routes matter.</param>
    /// <param name="marks">Marks of targets that others look after: by custom each has the table of its number.</param>
    /// <param name="withFeatures">Whether it matters what links can do.</param>
    /// <exception cref="SystemCallException">They cannot be read.</exception>
    public static NetworkState Read(
        DesiredState desired, IEnumerable<FirewallMark> marks, bool withFeatures)
    {
        using var socket = RoutingSocket.Open();
        var links = socket.ReadLinks();
        RoutingRule[][] rules = [.. Families.Select(family => socket.ReadRules(family).ToArray())];
        var tables = desired.Targets.Select(pair => pair.Target.Table)
            .Concat(desired.Vips.Select(vip => vip.EgressTable).OfType<uint>())
            .Concat(marks.Select(mark => (uint)mark.Value))
            .Concat(rules.SelectMany(list => list).Where(rule => rule.Fwmark is not null)
                .Select(rule => rule.Action.Table?.Id).OfType<uint>())
            .Where(table => table is < Default or > Local)
            .Select(table => new RoutingTable(table)).ToHashSet();
        return new NetworkState
        {
            Links = links,
            Features = withFeatures ? ReadFeatures(links) : [],
            Addresses = [.. Families.SelectMany(socket.ReadAddresses)],
            Ipv4Rules = rules[0],
            Ipv6Rules = rules[1],
            Routes = [.. Families.SelectMany(family => socket.ReadRoutes(family, tables))],
            Neighbours = [.. Families.SelectMany(socket.ReadNeighbours)],
        };
    }

    /// <summary>A kernel without ethtool over netlink, or a link that has just gone, is no fault: advice is all that is
    /// missing then.</summary>
    private static IReadOnlyList<LinkFeature> ReadFeatures(IReadOnlyList<Link> links)
    {
        try
        {
            using var socket = EthtoolSocket.Open();
            return
            [
                .. from link in UdpGroCheck.Receiving(links, [])
                   from name in UdpGroCheck.Needed
                   let feature = socket.Read(link, name)
                   where feature is not null
                   select feature,
            ];
        }
        catch (SystemCallException)
        {
            return [];
        }
    }
}
