using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiPktSched;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Reads queueing disciplines of links, and whether others have filters at them.</summary>
public static class QueueDisciplineReader
{
    /// <summary>Those of all links; what has filters alone is left out where it has none, or ours.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public static IReadOnlyList<QueueDiscipline> Read()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var found = socket.Dump(
            NetlinkBatch.Listing(RTM_GETQDISC, default(tcmsg), "queueing disciplines"), Decode);
        return [.. found.Where(one => one.Kind is not ("clsact" or "ingress") || HasFilters(socket, one.Link))];
    }

    private static bool HasFilters(NetlinkSocket socket, LinkIndex link) =>
        ((uint[])[TC_H_MIN_INGRESS, TC_H_MIN_EGRESS]).Any(
            place => LinkFilter.Read(socket, link, place).Any(filter => !filter.IsOurs));

    private static QueueDiscipline? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out tcmsg header);
        return KindIn(attributes) is { Length: > 0 } kind
            ? new QueueDiscipline(new LinkIndex(header.tcm_ifindex), kind)
            : null;
    }

    private static string KindIn(NetlinkAttributes attributes)
    {
        string kind = "";
        while (attributes.Next())
        {
            kind = attributes.Type == TCA_KIND ? attributes.Text : kind;
        }

        return kind;
    }
}
