using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>The djb2 hash that spreads keys over a pool's table, bit for bit the one of nfqlb 1.2.0.</summary>
/// <remarks>
/// h = 5381, then h = h * 33 + byte, in 32 bits, over a key of 40 bytes: source (16), destination (16), echo id
/// (2, as it stands in the packet), protocol (2, little-endian), source port, destination port (2 each, network
/// order). Eight bytes are taken at once: h * 33^8 plus the sum of byte[i] * 33^(7-i), which has no chain in it; and
/// that sum in three steps within one word, as bytes become pairs, pairs fours, and fours the sum.
/// </remarks>
public static class FlowHash
{
    private const uint Seed = 5381;
    private const uint P1 = 33;
    private const uint P2 = P1 * P1;
    private const uint P4 = P2 * P2;
    private const uint P8 = unchecked(P4 * P4);

    /// <summary>Of two IPv4 addresses as ::ffff:a.b.c.d: what their first twelve bytes each give.</summary>
    private const uint Ipv4Prefixes = unchecked((Seed * P8 * P4 + Ipv4PrefixSum) * P4 * P8 * P8 + Ipv4PrefixSum * P4);
    private const uint Ipv4PrefixSum = 0xff * P1 + 0xff;
    private const ulong EverySecondByte = 0x00ff_00ff_00ff_00ff;
    private const ulong EverySecondPair = 0x0000_ffff_0000_ffff;

    /// <summary>Over the whole key: addresses, echo id, protocol, ports.</summary>
    public static uint OfTuple(in PacketKey key)
    {
        uint idAndProtocol = (uint)key.EchoId << 16 | (uint)key.Protocol << 8;
        return Add(AddAddresses(key), (ulong)idAndProtocol << 32 | Ports(key));
    }

    /// <summary>Over the addresses alone, for the LB tier, where all fragments of a packet must meet.</summary>
    public static uint OfAddresses(in PacketKey key) => AddAddresses(key);

    /// <summary>Over the ports alone, so that all paths of a multi-homed SCTP association reach one target.</summary>
    public static uint OfPorts(in PacketKey key) => unchecked(Seed * P4 + Sum(Ports(key)));

    /// <summary>Both ports as they stand in the packet.</summary>
    internal static uint Ports(in PacketKey key) => (uint)key.SourcePort << 16 | key.DestinationPort;

    private static uint AddAddresses(in PacketKey key)
    {
        if (key.Source.IsIpv4 && key.Destination.IsIpv4)
        {
            ulong sums = SumsOfFour(key.Source.Low << 32 | (uint)key.Destination.Low);
            return unchecked(Ipv4Prefixes + (uint)(sums >> 32) * (P8 * P8) + (uint)sums);
        }
        uint hash = Add(Seed, key.Source.High);
        hash = Add(hash, key.Source.Low);
        hash = Add(hash, key.Destination.High);
        return Add(hash, key.Destination.Low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Add(uint hash, ulong bytes) => unchecked(hash * P8 + Sum(bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Sum(ulong bytes)
    {
        ulong sums = SumsOfFour(bytes);
        return unchecked((uint)(sums >> 32) * P4 + (uint)sums);
    }

    /// <summary>Of the first and of the last four bytes, one sum in each half.</summary>
    /// <remarks>No lane overflows: a pair is at most 255 * (33 + 1), four bytes at most that * (33^2 + 1).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SumsOfFour(ulong bytes)
    {
        ulong pairs = (bytes >> 8 & EverySecondByte) * P1 + (bytes & EverySecondByte);
        return (pairs >> 16 & EverySecondPair) * P2 + (pairs & EverySecondPair);
    }
}
