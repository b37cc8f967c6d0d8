using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiIfAddr;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>An address of this host as rtnetlink tells it.</summary>
internal static class InterfaceAddressMessage
{
    extension(InterfaceAddress)
    {
        /// <summary>Reads RTM_NEWADDR; null for a family that is neither IPv4 nor IPv6.</summary>
        public static InterfaceAddress? Decode(NetlinkMessage message)
        {
            var attributes = message.Read(out ifaddrmsg header);
            if ((IpFamily)header.ifa_family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
            {
                return null;
            }

            // On a point-to-point link IFA_ADDRESS is the other end's, and IFA_LOCAL is ours.
            Address? own = null;
            Address? any = null;
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case IFA_LOCAL: own = AddressAttribute.Read(attributes.Bytes); break;
                    case IFA_ADDRESS: any = AddressAttribute.Read(attributes.Bytes); break;
                }
            }

            return (own ?? any) is { } address
                ? new InterfaceAddress(address, header.ifa_prefixlen, new LinkIndex((int)header.ifa_index))
                : null;
        }
    }
}
