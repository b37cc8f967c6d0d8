using System.Runtime.InteropServices;
using Nfqlb.Linux.Interop;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiFibRules;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfAddr;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfLink;
using static Nfqlb.Linux.Netlink.Uapi.UapiNeighbour;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Rules, routes, links, neighbours and addresses of a network namespace: rtnetlink.</summary>
/// <remarks>A listing that something changed meanwhile is read again, so what is read is what there was at one moment.
/// The kernel does not tell it of neighbours, of which one may be missing or come twice. One thread may use it at a
/// time.</remarks>
public sealed class RoutingSocket : IDisposable
{
    private const int FewTables = 64;

    private readonly NetlinkSocket _socket;

    internal RoutingSocket(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens a socket in the network namespace of this thread. Reading needs no privilege, changing needs
    /// CAP_NET_ADMIN.</summary>
    /// <exception cref="SystemCallException">The kernel is older than 4.20.</exception>
    public static RoutingSocket Open() => new(NetlinkSocket.Open(NetlinkProtocol.Route));

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    /// <summary>Carries changes out in their order, many in one system call.</summary>
    /// <returns>What became of each: one that fails does not stop those behind it.</returns>
    /// <exception cref="NetlinkException">They could not be sent, or the kernel did not answer.</exception>
    public IReadOnlyList<NetlinkResult> Apply(RoutingBatch changes) => _socket.Send(changes.Requests);

    /// <summary>All rules of a family, in the order the kernel walks them.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<RoutingRule> ReadRules(IpFamily family) => ReadRules(family, _ => true);

    /// <summary>Some rules of a family, in the order the kernel walks them. How fast others change theirs does not
    /// matter.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<RoutingRule> ReadRules(IpFamily family, Predicate<RoutingRule> isMeant) => _socket.DumpSettled(
        NetlinkBatch.Listing(RTM_GETRULE, new fib_rule_hdr { family = (byte)family }, $"rules of {family}"),
        message => RoutingRule.Decode(message) is { } rule && isMeant(rule) ? rule : null);

    /// <summary>The routes of some tables of a family. How fast others change the rest does not matter.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<Route> ReadRoutes(IpFamily family, IReadOnlySet<RoutingTable> tables)
    {
        // The kernel picks a table out by itself; of many it is quicker to pass over what is of none of them.
        return tables.Count <= FewTables
            ? [.. tables.SelectMany(table => ReadRoutes(family, table))]
            : _socket.DumpSettled(
                NetlinkBatch.Listing(RTM_GETROUTE, new rtmsg { rtm_family = (byte)family }, $"routes of {family}"),
                message => DecodeListed(message) is { } route && tables.Contains(route.Table) ? route : null);
    }

    /// <summary>The routes of a family, those of one table or one maker if these are named.</summary>
    /// <remarks>A table nobody has used yet is an empty one.</remarks>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<Route> ReadRoutes(
        IpFamily family, RoutingTable? table = null, RoutingProtocol? protocol = null)
    {
        string where = table is { } named ? $" in table {named}" : "";
        var request = new NetlinkBatch();
        using (request.Request(RTM_GETROUTE, NLM_F_DUMP, $"routes of {family}{where}"))
        {
            request.Writer.Append(new rtmsg { rtm_family = (byte)family, rtm_protocol = protocol?.Number ?? 0 });
            if (table is { } id)
            {
                request.Writer.UInt32(RTA_TABLE, id.Id);
            }
        }

        try
        {
            return _socket.DumpSettled(request, DecodeListed);
        }
        catch (NetlinkException error) when (table is not null && error.Errno == LibC.ENOENT)
        {
            return [];
        }
    }

    /// <summary>All links.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<Link> ReadLinks()
    {
        var request = new NetlinkBatch();
        using (request.Request(RTM_GETLINK, NLM_F_DUMP, "links"))
        {
            request.Writer.Append(default(ifinfomsg));
            request.Writer.UInt32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        }

        return _socket.Dump(request, Link.Decode);
    }

    /// <summary>All neighbours of a family.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<Neighbour> ReadNeighbours(IpFamily family) => _socket.Dump(
        NetlinkBatch.Listing(RTM_GETNEIGH, new ndmsg { ndm_family = (byte)family }, $"neighbours of {family}"),
        Neighbour.Decode);

    /// <summary>All addresses of this host of a family.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public IReadOnlyList<InterfaceAddress> ReadAddresses(IpFamily family) => _socket.Dump(
        NetlinkBatch.Listing(RTM_GETADDR, new ifaddrmsg { ifa_family = (byte)family }, $"addresses of {family}"),
        InterfaceAddress.Decode);

    /// <summary>Asks which way a packet would go.</summary>
    /// <returns>The way, or the kernel's refusal.</returns>
    /// <exception cref="NetlinkException">The kernel did not answer, or not in a way that can be read.</exception>
    public RouteAnswer LookUp(RouteQuery query)
    {
        var request = new NetlinkBatch();
        using (request.Request(RTM_GETROUTE, 0, query))
        {
            query.Encode(request.Writer);
        }

        var route = _socket.Get(request, Route.Decode, out var result);
        return route is not null
            ? new RouteAnswer(route, route.Type)
            : new RouteAnswer(null, TypeOf(result.Errno), Marshal.GetPInvokeErrorMessage(result.Errno))
            {
                IsReversed = result.Errno == LibC.EXDEV,
            };
    }

    /// <remarks>IPv4 tells of a route that drops packets by an error of its kind, without its table. EINVAL is that
    /// of a blackhole, and of a source no packet may have. No table has a route: ENETUNREACH; a packet may not come
    /// that way: EXDEV.</remarks>
    private static RouteType? TypeOf(int errno) => errno switch
    {
        LibC.EHOSTUNREACH => RouteType.Unreachable,
        LibC.EACCES => RouteType.Prohibit,
        LibC.EINVAL => RouteType.Blackhole,
        _ => null,
    };

    /// <remarks>The kernel lists what it has derived from routes too.</remarks>
    private static Route? DecodeListed(NetlinkMessage message)
    {
        message.Read(out rtmsg header);
        return (header.rtm_flags & RTM_F_CLONED) == 0 ? Route.Decode(message) : null;
    }
}
