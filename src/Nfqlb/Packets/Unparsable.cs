namespace Nfqlb.Packets;

/// <summary>Why a packet has no key. Each reason is counted; none is logged, as the sender is not to be
/// trusted.</summary>
public enum Unparsable : byte
{
    /// <summary>The packet was parsed.</summary>
    None,

    /// <summary>Empty, or the version is neither 4 nor 6.</summary>
    UnknownVersion,

    /// <summary>Shorter than its IPv4 header says, or than 20 bytes.</summary>
    Ipv4HeaderTruncated,

    /// <summary>An IPv4 header length below 20 bytes (RFC 791 §3.1).</summary>
    Ipv4HeaderInvalid,

    /// <summary>Shorter than 40 bytes.</summary>
    Ipv6HeaderTruncated,

    /// <summary>An IPv6 extension header reaches past the end.</summary>
    ExtensionHeaderTruncated,

    /// <summary>More IPv6 extension headers than <see cref="Ipv6ExtensionHeaders.Most"/>.</summary>
    TooManyExtensionHeaders,

    /// <summary>A fragment inside a fragment: two IPv6 fragment headers.</summary>
    FragmentHeaderRepeated,

    /// <summary>TCP, UDP or SCTP that ends before its ports.</summary>
    PortsTruncated,

    /// <summary>ICMP or ICMPv6 that ends within its header.</summary>
    IcmpTruncated,

    /// <summary>An ICMP error that came in fragments.</summary>
    IcmpErrorFragmented,

    /// <summary>The packet inside an ICMP error ends before its addresses or ports.</summary>
    InnerPacketTruncated,

    /// <summary>What stands inside an ICMP error is no IP packet of the same family.</summary>
    InnerPacketInvalid,
}
