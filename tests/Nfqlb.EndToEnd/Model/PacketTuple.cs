using System.Net;

namespace Nfqlb.EndToEnd.Model;

/// <summary>What a balancer may know of a packet: addresses, protocol, and ports or echo id.</summary>
/// <param name="Protocol">IANA number.</param>
/// <param name="SourcePort">0 where the protocol has no ports.</param>
/// <param name="EchoId">Of ICMP echo requests; 0 otherwise.</param>
internal sealed record PacketTuple(
    IPAddress Source,
    IPAddress Destination,
    byte Protocol,
    ushort SourcePort = 0,
    ushort DestinationPort = 0,
    ushort EchoId = 0)
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58, Sctp = 132;

    public bool HasPorts => Protocol is Tcp or Udp or Sctp;

    public bool IsEcho => Protocol is Icmp or Icmp6;
}
