namespace Nfqlb.Packets;

/// <summary>What a packet's key was made of.</summary>
public enum PacketKind : byte
{
    /// <summary>TCP, UDP or SCTP: addresses and ports.</summary>
    Ports,

    /// <summary>Another protocol: addresses alone.</summary>
    Addresses,

    /// <summary>ICMP or ICMPv6 echo request: addresses and the echo id.</summary>
    EchoRequest,

    /// <summary>ICMP or ICMPv6 that is neither an echo request nor an error: addresses.</summary>
    OtherIcmp,

    /// <summary>ICMP or ICMPv6 error: addresses and, where it has them, ports of the packet inside, swapped.</summary>
    IcmpError,
}
