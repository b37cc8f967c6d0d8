using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiIf;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfArp;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfLink;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A link as rtnetlink tells it.</summary>
internal static class LinkMessage
{
    extension(Link)
    {
        /// <summary>Reads RTM_NEWLINK.</summary>
        public static Link Decode(NetlinkMessage message)
        {
            var attributes = message.Read(out ifinfomsg header);
            string name = "", kind = "";
            bool hasCarrier = false, hasXdp = false;
            int mtuBytes = 0;
            LinkIndex? master = null;
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case IFLA_IFNAME: name = attributes.Text; break;
                    case IFLA_CARRIER: hasCarrier = attributes.UInt8 != 0; break;
                    case IFLA_MTU: mtuBytes = (int)attributes.UInt32; break;
                    case IFLA_MASTER: master = new LinkIndex((int)attributes.UInt32); break;
                    case IFLA_LINKINFO: kind = KindOf(attributes.Nested); break;
                    case IFLA_XDP: hasXdp = IsAttached(attributes.Nested); break;
                }
            }

            bool isUp = (header.ifi_flags & IFF_UP) != 0;
            return new Link(new LinkIndex(header.ifi_index), name, isUp, isUp && hasCarrier, mtuBytes, kind)
            {
                IsEthernet = header.ifi_type == ARPHRD_ETHER,
                IsArpOff = (header.ifi_flags & IFF_NOARP) != 0,
                HasXdp = hasXdp,
                Master = master,
            };
        }
    }

    private static bool IsAttached(NetlinkAttributes xdp)
    {
        bool isAttached = false;
        while (xdp.Next())
        {
            isAttached |= xdp.Type == IFLA_XDP_ATTACHED && xdp.UInt8 != 0;
        }
        return isAttached;
    }

    private static string KindOf(NetlinkAttributes info)
    {
        while (info.Next())
        {
            if (info.Type == IFLA_INFO_KIND)
            {
                return info.Text;
            }
        }
        return "";
    }
}
