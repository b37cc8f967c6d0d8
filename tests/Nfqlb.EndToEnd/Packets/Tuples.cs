using System.Net;
using Nfqlb.EndToEnd.Lab;
using Nfqlb.EndToEnd.Model;
using Nfqlb.EndToEnd.Wire;

namespace Nfqlb.EndToEnd.Packets;

/// <summary>Tuples from the client's net to virtual addresses, told apart by a number.</summary>
internal static class Tuples
{
    /// <summary>Both versions of IP.</summary>
    public static IReadOnlyList<bool> Families { get; } = [false, true];

    /// <summary>An address of the client's.</summary>
    public static IPAddress Client(bool isIPv6, int number) =>
        IPAddress.Parse(isIPv6 ? $"2001:2::{number:x}" : $"198.18.{number / 250}.{number % 250 + 1}");

    /// <param name="number">0 or 1.</param>
    public static IPAddress VirtualAddress(bool isIPv6, int number = 0) =>
        IPAddress.Parse(Testbed.VirtualAddresses[(isIPv6 ? 2 : 0) + number]);

    /// <summary>An address of nobody's, as of a router that complains.</summary>
    public static IPAddress Router(bool isIPv6) => IPAddress.Parse(isIPv6 ? "2001:2:0:ffff::1" : "198.19.255.1");

    /// <summary>A tuple of a protocol with ports.</summary>
    public static PacketTuple WithPorts(bool isIPv6, byte protocol, int number, ushort destinationPort = 80) => new(
        Client(isIPv6, number), VirtualAddress(isIPv6), protocol, (ushort)(1024 + number * 7), destinationPort);

    public static PacketTuple Echo(bool isIPv6, int number, ushort id) => new(Client(isIPv6, number),
        VirtualAddress(isIPv6), isIPv6 ? PacketTuple.Icmp6 : PacketTuple.Icmp, EchoId: id);

    /// <summary>The packet that answers an echo request, RFC 792 and RFC 4443, section 4.2.</summary>
    public static byte[] EchoReply(PacketTuple echo)
    {
        PacketTuple answer = echo.Answer();
        byte[] id = Network.Bytes(echo.EchoId), sequence = [0, 1], payload = new byte[40];
        return IpHeader.Of(answer).Carry(echo.Protocol == PacketTuple.Icmp
            ? Segment.Icmp4(0, 0, id, sequence, payload)
            : Segment.Icmp6(answer.Source, answer.Destination, 129, 0, id, sequence, payload));
    }

    /// <summary>The answer to it: addresses and ports swapped.</summary>
    public static PacketTuple Answer(this PacketTuple tuple) => tuple with
    {
        Source = tuple.Destination,
        Destination = tuple.Source,
        SourcePort = tuple.DestinationPort,
        DestinationPort = tuple.SourcePort,
    };
}
