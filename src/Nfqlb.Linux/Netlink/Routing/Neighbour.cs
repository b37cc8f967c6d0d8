using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Uapi.UapiNeighbour;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>A host on a link, and where it is: what `ip neigh` lists.</summary>
/// <param name="Address">Its IP address.</param>
/// <param name="Link">The link it is on.</param>
/// <param name="State">What is known of it.</param>
/// <param name="LinkLayerAddress">Where to send frames for it, such as `02:00:00:00:00:01`; empty while that is not
/// known, and on links that have none.</param>
public sealed record Neighbour(Address Address, LinkIndex Link, NeighbourState State, string LinkLayerAddress)
{
    private const NeighbourState Usable = NeighbourState.Reachable | NeighbourState.Stale | NeighbourState.Delay
        | NeighbourState.Probe | NeighbourState.NoArp | NeighbourState.Permanent;

    /// <summary>Packets are sent to it at once, without asking where it is (NUD_VALID).</summary>
    public bool IsUsable => (State & Usable) != 0;

    /// <summary>Reads RTM_NEWNEIGH; null for one without an IP address, such as an entry of a bridge.</summary>
    internal static Neighbour? Decode(NetlinkMessage message)
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

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        string.Join(':', bytes.ToArray().Select(octet => $"{octet:x2}"));
}
