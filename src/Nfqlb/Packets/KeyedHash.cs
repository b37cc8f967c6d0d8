using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>The hash that spreads keys over the table of a keyed pool: SipHash-2-4 with the pool's seed over the bytes
/// that <see cref="FlowHash"/> takes, and of the result the lower 32 bits.</summary>
public static class KeyedHash
{
    private const int KeyBytes = 40;
    private const int AddressesBytes = 32;
    private const int PortsBytes = 4;

    /// <summary>Over the whole key: addresses, echo id, protocol, ports.</summary>
    public static uint OfTuple(HashSeed seed, in PacketKey key)
    {
        var hash = OfAddresses(new SipHash(seed), key);
        uint idAndProtocol = (uint)key.EchoId << 16 | (uint)key.Protocol << 8;
        hash.Add(Wire((ulong)idAndProtocol << 32 | FlowHash.Ports(key)));
        return (uint)hash.Finish(0, KeyBytes);
    }

    /// <summary>Over the addresses alone.</summary>
    public static uint OfAddresses(HashSeed seed, in PacketKey key) =>
        (uint)OfAddresses(new SipHash(seed), key).Finish(0, AddressesBytes);

    /// <summary>Over the ports alone.</summary>
    public static uint OfPorts(HashSeed seed, in PacketKey key) => (uint)new SipHash(seed)
        .Finish(BinaryPrimitives.ReverseEndianness(FlowHash.Ports(key)), PortsBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SipHash OfAddresses(SipHash hash, in PacketKey key)
    {
        hash.Add(Wire(key.Source.High));
        hash.Add(Wire(key.Source.Low));
        hash.Add(Wire(key.Destination.High));
        hash.Add(Wire(key.Destination.Low));
        return hash;
    }

    /// <summary>The first byte of the packet lowest, as SipHash reads it.</summary>
    private static ulong Wire(ulong word) => BinaryPrimitives.ReverseEndianness(word);
}
