namespace Nfqlb.Packets;

/// <summary>The djb2 hash that spreads keys over a pool's table, bit for bit the one of nfqlb 1.2.0.</summary>
/// <remarks>
/// h = 5381, then h = h * 33 + byte, in 32 bits, over a key of 40 bytes: source (16), destination (16), echo id
/// (2, as it stands in the packet), protocol (2, little-endian), source port, destination port (2 each, network
/// order). Eight bytes are taken at once: h * 33^8 plus the sum of byte[i] * 33^(7-i), which has no chain in it.
/// </remarks>
public static class FlowHash
{
    private const uint Seed = 5381;
    private const uint P1 = 33;
    private const uint P2 = P1 * P1;
    private const uint P3 = P2 * P1;
    private const uint P4 = P2 * P2;
    private const uint P5 = unchecked(P4 * P1);
    private const uint P6 = unchecked(P4 * P2);
    private const uint P7 = unchecked(P4 * P3);
    private const uint P8 = unchecked(P4 * P4);

    /// <summary>Over the whole key: addresses, echo id, protocol, ports.</summary>
    public static uint OfTuple(in PacketKey key)
    {
        uint idAndProtocol = (uint)key.EchoId << 16 | (uint)key.Protocol << 8;
        return Add(AddAddresses(key), (ulong)idAndProtocol << 32 | Ports(key));
    }

    /// <summary>Over the addresses alone, for the LB tier, where all fragments of a packet must meet.</summary>
    public static uint OfAddresses(in PacketKey key) => AddAddresses(key);

    /// <summary>Over the ports alone, so that all paths of a multi-homed SCTP association reach one target.</summary>
    public static uint OfPorts(in PacketKey key)
    {
        uint ports = Ports(key);
        return unchecked(Seed * P4
            + (ports >> 24) * P3 + (ports >> 16 & 0xff) * P2 + (ports >> 8 & 0xff) * P1 + (ports & 0xff));
    }

    private static uint Ports(in PacketKey key) => (uint)key.SourcePort << 16 | key.DestinationPort;

    private static uint AddAddresses(in PacketKey key)
    {
        uint hash = Add(Seed, key.Source.High);
        hash = Add(hash, key.Source.Low);
        hash = Add(hash, key.Destination.High);
        return Add(hash, key.Destination.Low);
    }

    private static uint Add(uint hash, ulong bytes) => unchecked(hash * P8
        + (uint)(bytes >> 56) * P7
        + (uint)(bytes >> 48 & 0xff) * P6
        + (uint)(bytes >> 40 & 0xff) * P5
        + (uint)(bytes >> 32 & 0xff) * P4
        + (uint)(bytes >> 24 & 0xff) * P3
        + (uint)(bytes >> 16 & 0xff) * P2
        + (uint)(bytes >> 8 & 0xff) * P1
        + (uint)(bytes & 0xff));
}
