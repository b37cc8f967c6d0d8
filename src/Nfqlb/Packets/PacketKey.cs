namespace Nfqlb.Packets;

/// <summary>What flows are matched by and hashes are taken of.</summary>
/// <remarks>For an ICMP error these are the addresses and ports of the packet inside it, swapped, so that the
/// error finds the target whose packet caused it.</remarks>
/// <param name="Source">Source address.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="Protocol">The transport protocol behind all extension headers.</param>
/// <param name="SourcePort">Host order; 0 where the protocol has no ports.</param>
/// <param name="DestinationPort">Host order; 0 where the protocol has no ports.</param>
/// <param name="EchoId">Identifier of an ICMP echo request, or of the echo reply inside an error, host order; 0 for any
/// other packet.</param>
public readonly record struct PacketKey(
    Address Source,
    Address Destination,
    IpProtocol Protocol,
    ushort SourcePort = 0,
    ushort DestinationPort = 0,
    ushort EchoId = 0);
