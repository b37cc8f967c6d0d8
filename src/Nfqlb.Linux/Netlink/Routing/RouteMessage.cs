using System.Runtime.InteropServices;
using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A route as rtnetlink writes and tells it.</summary>
internal static class RouteMessage
{
    extension(Route route)
    {
        /// <summary>Reads RTM_NEWROUTE; null for a family that is neither IPv4 nor IPv6.</summary>
        public static Route? Decode(NetlinkMessage message)
        {
            var attributes = message.Read(out rtmsg header);
            var family = (IpFamily)header.rtm_family;
            if (family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
            {
                return null;
            }

            uint table = header.rtm_table;
            uint metric = 0;
            int link = 0;
            Address? destination = null;
            Address? gateway = null;
            Address? source = null;
            bool isMultipath = false;
            bool hasOther = header.rtm_tos != 0 || header.rtm_src_len != 0;
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case RTA_TABLE: table = attributes.UInt32; break;
                    case RTA_PRIORITY: metric = attributes.UInt32; break;
                    case RTA_OIF: link = (int)attributes.UInt32; break;
                    case RTA_DST: destination = AddressAttribute.Read(attributes.Bytes); break;
                    case RTA_GATEWAY: gateway = AddressAttribute.Read(attributes.Bytes); break;
                    case RTA_VIA: gateway = ReadVia(attributes); break;
                    case RTA_PREFSRC: source = AddressAttribute.Read(attributes.Bytes); break;
                    case RTA_MULTIPATH or RTA_NH_ID: isMultipath = true; break;
                    case RTA_CACHEINFO: hasOther |= attributes.Fixed<rta_cacheinfo>().rta_expires != 0; break;
                    case RTA_PREF: hasOther |= attributes.UInt8 != 0; break; // 0 is medium, as it is by default.
                    default: hasOther = true; break;
                }
            }

            // IPv6 says that what is unreachable is so by lo.
            bool hasNextHop = (RouteType)header.rtm_type is not
                (RouteType.Unreachable or RouteType.Blackhole or RouteType.Prohibit or RouteType.Throw);
            var block = AddressAttribute.Block(family, destination, header.rtm_dst_len);
            return new Route(family, new RoutingTable(table), (RouteType)header.rtm_type, block)
            {
                Gateway = gateway,
                Link = hasNextHop && link != 0 ? new LinkIndex(link) : null,
                IsOnLink = (header.rtm_flags & RTNH_F_ONLINK) != 0,
                Source = source,
                Metric = metric,
                Protocol = new RoutingProtocol(header.rtm_protocol),
                IsMultipath = isMultipath,
                HasOtherProperties = hasOther,
            };
        }

        /// <summary>Writes the content of RTM_NEWROUTE.</summary>
        public void Encode(NetlinkWriter writer) => Write(route, writer, ScopeOfNew(route));

        /// <summary>Writes the content of RTM_DELROUTE: of any scope, which the kernel sets by itself.</summary>
        public void EncodeForDelete(NetlinkWriter writer) =>
            Write(route, writer, route.Family == IpFamily.Ipv4 ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE);
    }

    private static Address ReadVia(NetlinkAttributes via) => via.Bytes.Length > sizeof(ushort)
        ? AddressAttribute.Read(via.Bytes[sizeof(ushort)..])
        : throw NetlinkException.Malformed($"a gateway of {via.Bytes.Length} bytes");

    /// <remarks>How far the destination is: without a gateway it is on the link (iproute2 sets the same).</remarks>
    private static byte ScopeOfNew(Route route) =>
        route is { Family: IpFamily.Ipv4, Type: RouteType.Unicast, Gateway: null } ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;

    private static void Write(Route route, NetlinkWriter writer, byte scope)
    {
        writer.Append(new rtmsg
        {
            rtm_family = (byte)route.Family,
            rtm_dst_len = route.Destination.LengthIn(route.Family),
            rtm_table = route.Table.InHeader(),
            rtm_protocol = route.Protocol.Number,
            rtm_scope = scope,
            rtm_type = (byte)route.Type,
            rtm_flags = route.IsOnLink ? RTNH_F_ONLINK : 0,
        });
        if (route.Destination != Route.Default(route.Family))
        {
            writer.Address(RTA_DST, route.Family, route.Destination.Base);
        }

        if (route.Gateway is { } gateway)
        {
            EncodeGateway(route, writer, gateway);
        }

        if (route.Table.InHeader() == 0)
        {
            writer.UInt32(RTA_TABLE, route.Table.Id);
        }

        if (route.Source is { } source)
        {
            writer.Address(RTA_PREFSRC, route.Family, source);
        }

        if (route.Metric != 0)
        {
            writer.UInt32(RTA_PRIORITY, route.Metric);
        }

        if (route.Link is { } link)
        {
            writer.UInt32(RTA_OIF, (uint)link.Value);
        }
    }

    private static void EncodeGateway(Route route, NetlinkWriter writer, Address gateway)
    {
        var family = route.FamilyOf(gateway);
        if (family == route.Family)
        {
            writer.Address(RTA_GATEWAY, family, gateway);
            return;
        }

        // struct rtvia: the family, host order, then the address.
        var via = writer.Value(RTA_VIA, sizeof(ushort) + (family == IpFamily.Ipv4 ? 4 : 16));
        MemoryMarshal.Write(via, (ushort)family);
        gateway.CopyTo(via[sizeof(ushort)..]);
    }
}
