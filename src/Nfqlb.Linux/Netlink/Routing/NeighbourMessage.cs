using Nfqlb.Packets;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiNeighbour;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A neighbour as rtnetlink tells it.</summary>
internal static class NeighbourMessage
{
    extension(Neighbour)
    {
        /// <summary>Reads RTM_NEWNEIGH; null for one without an IP address, such as an entry of a bridge.</summary>
        public static Neighbour? Decode(NetlinkMessage message)
        {
            var attributes = message.Read(out ndmsg header);
            if ((IpFamily)header.ndm_family is not (IpFamily.Ipv4 or IpFamily.Ipv6))
            {
                return null;
            }

            Address? address = null;
            string linkLayerAddress = "";
            while (attributes.Next())
            {
                switch (attributes.Type)
                {
                    case NDA_DST: address = AddressAttribute.Read(attributes.Bytes); break;
                    case NDA_LLADDR: linkLayerAddress = Hex(attributes.Bytes); break;
                }
            }

            return address is { } known
                ? new Neighbour(
                    known, new LinkIndex(header.ndm_ifindex), (NeighbourState)header.ndm_state, linkLayerAddress)
                : null;
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        string.Join(':', bytes.ToArray().Select(octet => $"{octet:x2}"));
}
