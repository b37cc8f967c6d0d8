using Nfqlb.Packets;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;

namespace Nfqlb.Linux.Netlink.Routing;

/// <summary>Asks which way a packet would go: what `ip route get` asks.</summary>
/// <param name="Family">The packet's family.</param>
/// <param name="Destination">Where it goes to.</param>
public sealed record RouteQuery(IpFamily Family, Address Destination)
{
    /// <summary>The packet's mark; 0 is none.</summary>
    public uint Fwmark { get; init; }

    /// <summary>Where it comes from; null is open.</summary>
    public Address? Source { get; init; }

    /// <summary>The link it came in by; null for a packet of this host.</summary>
    public LinkIndex? IncomingLink { get; init; }

    /// <summary>The words ip(8) takes for it, behind `ip route get`; a link by number, as if%d.</summary>
    public string Words
    {
        get
        {
            string from = Source is { } source ? $" from {AddressAttribute.Words(source)}" : "";
            string iif = IncomingLink is { } link ? $" iif if{link}" : "";
            string mark = Fwmark == 0 ? "" : $" mark 0x{Fwmark:x}";
            return $"{AddressAttribute.Words(Destination)}{from}{iif}{mark}";
        }
    }

    /// <summary>For messages: `route to 10.0.0.1 mark 0x65`.</summary>
    public override string ToString() => $"route to {Words}";

    /// <summary>Writes the content of RTM_GETROUTE.</summary>
    internal void Encode(NetlinkWriter writer)
    {
        byte length = (byte)(Family == IpFamily.Ipv4 ? 32 : 128);
        writer.Append(new rtmsg
        {
            rtm_family = (byte)Family,
            rtm_dst_len = length,
            rtm_src_len = Source is null ? (byte)0 : length,
            rtm_flags = Family == IpFamily.Ipv4 ? RTM_F_LOOKUP_TABLE : 0, // IPv6 names the table unasked.
        });
        writer.Address(RTA_DST, Family, Destination);
        if (Source is { } source)
        {
            writer.Address(RTA_SRC, Family, source);
        }

        if (IncomingLink is { } link)
        {
            writer.UInt32(RTA_IIF, (uint)link.Value);
        }

        if (Fwmark != 0)
        {
            writer.UInt32(RTA_MARK, Fwmark);
        }
    }
}
