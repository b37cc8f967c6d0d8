using static Nfqlb.Linux.Netlink.Uapi.UapiIf;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfLink;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A network interface: what `ip link` lists.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name, which may change.</param>
/// <param name="IsUp">An administrator has set it up.</param>
/// <param name="HasCarrier">There is something at its other end; never so while it is down.</param>
/// <param name="MtuBytes">The longest IP packet it takes.</param>
/// <param name="Kind">What the kernel has made it of: "veth", "vlan", "bond"; empty for hardware and for lo.</param>
public sealed record Link(
    LinkIndex Index, string Name, bool IsUp, bool HasCarrier, int MtuBytes, string Kind = "")
{
    /// <summary>Reads RTM_NEWLINK.</summary>
    internal static Link Decode(NetlinkMessage message)
    {
        var attributes = message.Read(out ifinfomsg header);
        string name = "", kind = "";
        bool hasCarrier = false;
        int mtuBytes = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_IFNAME: name = attributes.Text; break;
                case IFLA_CARRIER: hasCarrier = attributes.UInt8 != 0; break;
                case IFLA_MTU: mtuBytes = (int)attributes.UInt32; break;
                case IFLA_LINKINFO: kind = KindOf(attributes.Nested); break;
            }
        }

        bool isUp = (header.ifi_flags & IFF_UP) != 0;
        return new Link(new LinkIndex(header.ifi_index), name, isUp, isUp && hasCarrier, mtuBytes, kind);
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
