using System.Numerics;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>Protocol and destination port as one key: 8 bits of protocol, then 16 bits of port.</summary>
internal static class Service
{
    private const int ProtocolBits = 8;
    private const byte OtherProtocol = 0;

    /// <summary>TCP, UDP, SCTP, and all others as one.</summary>
    private const int KeysOfAny = 4;

    /// <summary>No IP protocol that packets are keyed by; stands for promiscuous ping.</summary>
    private const byte PingProtocol = byte.MaxValue;

    /// <summary>Whoever is pinged promiscuously.</summary>
    public static Address Ping => Key(PingProtocol, 0);

    /// <summary>The service that a packet asks for.</summary>
    public static Address Of(in PacketKey key) => key.Protocol
        is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp
        ? Key((byte)key.Protocol, key.DestinationPort)
        : Key(OtherProtocol, 0);

    /// <summary>The services that a flow accepts. Any flow with a pool also accepts promiscuous ping.</summary>
    public static IEnumerable<Prefix> Of(Flow flow)
    {
        yield return new Prefix(Ping, ProtocolBits);
        foreach (byte protocol in ProtocolsOf(flow))
        {
            if (flow.DestinationPorts.IsAny)
            {
                yield return new Prefix(Key(protocol, 0), ProtocolBits);
            }
            for (int range = 0; range < flow.DestinationPorts.Count; range++)
            {
                foreach (var (port, length) in Prefix.OfPorts(flow.DestinationPorts[range]))
                {
                    yield return new Prefix(Key(protocol, port), ProtocolBits + length);
                }
            }
        }
    }

    /// <summary>How many these are.</summary>
    public static int CountOf(Flow flow)
    {
        int ports = 0;
        for (int i = 0; i < flow.DestinationPorts.Count; i++)
        {
            ports += Prefix.CountOfPorts(flow.DestinationPorts[i]);
        }
        int protocols = flow.Protocols == Protocols.Any ? KeysOfAny : BitOperations.PopCount((uint)flow.Protocols);
        return 1 + protocols * Math.Max(1, ports);
    }

    private static IEnumerable<byte> ProtocolsOf(Flow flow)
    {
        if (flow.Protocols.Includes(IpProtocol.Tcp))
        {
            yield return (byte)IpProtocol.Tcp;
        }
        if (flow.Protocols.Includes(IpProtocol.Udp))
        {
            yield return (byte)IpProtocol.Udp;
        }
        if (flow.Protocols.Includes(IpProtocol.Sctp))
        {
            yield return (byte)IpProtocol.Sctp;
        }
        if (flow.Protocols == Protocols.Any)
        {
            yield return OtherProtocol;
        }
    }

    private static Address Key(byte protocol, ushort port) => new((ulong)protocol << 56 | (ulong)port << 40, 0);
}
