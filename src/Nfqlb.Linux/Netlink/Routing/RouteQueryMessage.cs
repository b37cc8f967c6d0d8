using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A question about a route as rtnetlink takes it.</summary>
internal static class RouteQueryMessage
{
    extension(RouteQuery query)
    {
        /// <summary>Writes the content of RTM_GETROUTE.</summary>
        public void Encode(NetlinkWriter writer)
        {
            byte length = (byte)(query.Family == IpFamily.Ipv4 ? 32 : 128);
            writer.Append(new rtmsg
            {
                rtm_family = (byte)query.Family,
                rtm_dst_len = length,
                rtm_src_len = query.Source is null ? (byte)0 : length,
                rtm_flags = query.Family == IpFamily.Ipv4 ? RTM_F_LOOKUP_TABLE : 0, // IPv6 names the table unasked.
            });
            writer.Address(RTA_DST, query.Family, query.Destination);
            if (query.Source is { } source)
            {
                writer.Address(RTA_SRC, query.Family, source);
            }

            if (query.IncomingLink is { } link)
            {
                writer.UInt32(RTA_IIF, (uint)link.Value);
            }

            if (query.Fwmark != 0)
            {
                writer.UInt32(RTA_MARK, query.Fwmark);
            }

            if (query.Protocol is { } protocol)
            {
                writer.UInt8(RTA_IP_PROTO, (byte)protocol);
            }

            if (query.SourcePort is { } sourcePort)
            {
                writer.UInt16BigEndian(RTA_SPORT, sourcePort);
            }

            if (query.DestinationPort is { } destinationPort)
            {
                writer.UInt16BigEndian(RTA_DPORT, destinationPort);
            }
        }
    }
}
