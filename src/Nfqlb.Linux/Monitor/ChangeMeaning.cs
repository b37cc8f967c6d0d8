using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;
using static Nfqlb.Linux.Netlink.Uapi.UapiFibRules;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Monitor;

/// <summary>Which changes of a host concern us: most do not, and there may be thousands a second.</summary>
internal static class ChangeMeaning
{
    private const int SubsystemShift = 8;

    /// <summary>Of a message to a group of rtnetlink.</summary>
    /// <param name="message">The message.</param>
    /// <param name="tables">The routing tables that matter beside routes of our own.</param>
    public static HostChanges OfRouting(NetlinkMessage message, IReadOnlySet<RoutingTable> tables) =>
        message.Type switch
        {
            RTM_NEWROUTE or RTM_DELROUTE => If(IsOurRoute(message, tables)),
            RTM_NEWRULE or RTM_DELRULE => If(IsOurRule(message)),
            RTM_NEWLINK or RTM_DELLINK => If(IsLink(message)),
            RTM_NEWADDR or RTM_DELADDR => HostChanges.Routing,
            _ => HostChanges.None,
        };

    /// <summary>Of a message to a group of nf_tables: each begins with the name of the table that it is about, but that
    /// of a transaction's end.</summary>
    public static HostChanges OfFilters(NetlinkMessage message)
    {
        if (message.Type >> SubsystemShift != NFNL_SUBSYS_NFTABLES || (message.Type & 0xff) == NFT_MSG_NEWGEN)
        {
            return HostChanges.None;
        }
        var attributes = message.Read<nfgenmsg>(out _);
        while (attributes.Next())
        {
            if (attributes.Type == NFTA_TABLE_NAME)
            {
                return attributes.Text == VipTableLayout.Name ? HostChanges.Vips : HostChanges.None;
            }
        }
        return HostChanges.None;
    }

    private static HostChanges If(bool isOurs) => isOurs ? HostChanges.Routing : HostChanges.None;

    private static bool IsOurRoute(NetlinkMessage message, IReadOnlySet<RoutingTable> tables)
    {
        var attributes = message.Read(out rtmsg header);
        if (header.rtm_protocol == RoutingProtocol.Nfqlb.Number)
        {
            return true;
        }
        uint table = header.rtm_table;
        while (attributes.Next())
        {
            table = attributes.Type == RTA_TABLE ? attributes.UInt32 : table;
        }
        return tables.Contains(new RoutingTable(table));
    }

    private static bool IsOurRule(NetlinkMessage message)
    {
        var attributes = message.Read(out fib_rule_hdr _);
        while (attributes.Next())
        {
            if (attributes.Type == FRA_PROTOCOL)
            {
                return attributes.UInt8 == RoutingProtocol.Nfqlb.Number;
            }
        }
        return false;
    }

    /// <summary>Bridges tell of their ports in the same way.</summary>
    private static bool IsLink(NetlinkMessage message)
    {
        message.Read(out ifinfomsg header);
        return header.ifi_family == 0;
    }
}
