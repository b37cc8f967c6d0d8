using System.Net;

namespace Nfqlb.EndToEnd.Model;

/// <summary>Which bytes of the key an SCTP packet is hashed over.</summary>
internal enum HashMode
{
    FiveTuple = 0,
    SctpPortsOnly = 1,
}

/// <summary>The hash of the contract, computed the slow and obvious way.</summary>
internal static class FlowHash
{
    public static uint Of(PacketTuple packet, HashMode mode)
    {
        byte[] key = Key(packet);
        bool portsOnly = mode == HashMode.SctpPortsOnly && packet.Protocol == PacketTuple.Sctp;
        return Djb2(portsOnly ? key[36..40] : key);
    }

    /// <summary>The hash of the tier in front, and of tuples without a protocol.</summary>
    public static uint OfAddresses(PacketTuple packet) => Djb2(Key(packet)[..32]);

    /// <summary>The 40 bytes that the contract lists, in its order.</summary>
    public static byte[] Key(PacketTuple packet) =>
    [
        .. packet.Source.MapToIPv6().GetAddressBytes(),
        .. packet.Destination.MapToIPv6().GetAddressBytes(),
        .. BigEndian(packet.EchoId),
        packet.Protocol, 0,
        .. BigEndian(packet.SourcePort),
        .. BigEndian(packet.DestinationPort),
    ];

    /// <summary>Dan Bernstein's string hash.</summary>
    public static uint Djb2(IEnumerable<byte> bytes)
    {
        uint hash = 5381;
        foreach (byte b in bytes)
        {
            hash = unchecked(hash * 33 + b);
        }
        return hash;
    }

    private static byte[] BigEndian(ushort value) => [(byte)(value >> 8), (byte)value];
}
