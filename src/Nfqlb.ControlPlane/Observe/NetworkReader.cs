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
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <summary>Reads them.</summary>
    /// <param name="desired">Names the tables whose routes matter.</param>
    /// <param name="withFeatures">Whether it matters what links can do.</param>
    /// <exception cref="SystemCallException">They cannot be read.</exception>
    public static NetworkState Read(DesiredState desired, bool withFeatures = false)
    {
        using var socket = RoutingSocket.Open();
        var links = socket.ReadLinks();
        var tables = desired.Targets.Select(pair => pair.Target.Table)
            .Concat(desired.Vips.Select(vip => vip.EgressTable).OfType<uint>())
            .Select(table => new RoutingTable(table)).ToHashSet();
        return new NetworkState
        {
            Links = links,
            Features = withFeatures ? ReadFeatures(links) : [],
            Addresses = [.. Families.SelectMany(socket.ReadAddresses)],
            Ipv4Rules = socket.ReadRules(IpFamily.Ipv4),
            Ipv6Rules = socket.ReadRules(IpFamily.Ipv6),
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
