using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiPktSched;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Reads queueing disciplines of links, and whether others have filters at them.</summary>
public static class QueueDisciplineReader
{
    /// <summary>FILTER_HANDLE of native/fastpath: the filter of the fast path, where it is one.</summary>
    private const uint OurFilter = 0x6e66;

    /// <summary>Those of all links; what has filters alone is left out where it has none, or ours.</summary>
    /// <exception cref="NetlinkException">They cannot be read.</exception>
    public static IReadOnlyList<QueueDiscipline> Read()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var found = socket.Dump(Listing(RTM_GETQDISC, default, "queueing disciplines"), Decode);
        return [.. found.Where(one => one.Kind is not ("clsact" or "ingress") || HasFilters(socket, one.Link))];
    }

    private static bool HasFilters(NetlinkSocket socket, LinkIndex link)
    {
        foreach (uint place in (uint[])[TC_H_MIN_INGRESS, TC_H_MIN_EGRESS])
        {
            var at = new tcmsg { tcm_ifindex = link.Value, tcm_parent = (TC_H_CLSACT & TC_H_MAJ_MASK) | place };
            if (socket.Dump(Listing(RTM_GETTFILTER, at, $"filters of link {link.Value}"), DecodeOther).Count > 0)
            {
                return true;
            }
        }
        return false;
    }

    private static QueueDiscipline? Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out tcmsg header);
        return KindIn(attributes) is { Length: > 0 } kind
            ? new QueueDiscipline(new LinkIndex(header.tcm_ifindex), kind)
            : null;
    }

    /// <summary>A priority is told without a handle before its filters are.</summary>
    private static string? DecodeOther(NetlinkMessage message)
    {
        var attributes = message.Read(out tcmsg header);
        return header.tcm_handle is 0 or OurFilter ? null : KindIn(attributes);
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

    private static NetlinkBatch Listing(ushort type, tcmsg header, string subject)
    {
        var request = new NetlinkBatch();
        using (request.Request(type, NLM_F_DUMP, subject))
        {
            request.Writer.Append(header);
        }

        return request;
    }
}
