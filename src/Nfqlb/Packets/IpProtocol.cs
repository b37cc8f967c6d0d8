namespace Nfqlb.Packets;

/// <summary>IP protocol and next-header numbers that the parser knows by name (IANA protocol-numbers).</summary>
/// <remarks>Any other byte is a valid value too: such packets are balanced by their addresses.</remarks>
public enum IpProtocol : byte
{
    /// <summary>IPv6 hop-by-hop options (RFC 8200 §4.3).</summary>
    HopByHop = 0,

    /// <summary>ICMP for IPv4 (RFC 792).</summary>
    Icmp = 1,

    /// <summary>TCP (RFC 9293).</summary>
    Tcp = 6,

    /// <summary>UDP (RFC 768).</summary>
    Udp = 17,

    /// <summary>IPv6 routing header (RFC 8200 §4.4).</summary>
    Routing = 43,

    /// <summary>IPv6 fragment header (RFC 8200 §4.5).</summary>
    Fragment = 44,

    /// <summary>ICMPv6 (RFC 4443).</summary>
    Icmpv6 = 58,

    /// <summary>IPv6 destination options (RFC 8200 §4.6).</summary>
    DestinationOptions = 60,

    /// <summary>SCTP (RFC 9260).</summary>
    Sctp = 132,
}
