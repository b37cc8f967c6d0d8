using System.Buffers.Binary;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>The hash against the textbook's loop over a byte array.</summary>
public class FlowHashTests
{
    private const int Keys = 100_000;

    [Fact]
    public void Tuple_addresses_and_ports_are_djb2_over_the_bytes_of_the_key() => Seeded.Run(random =>
    {
        for (int i = 0; i < Keys; i++)
        {
            var key = RandomKey(random);
            byte[] bytes = BytesOf(key);
            Assert.Equal(Djb2(bytes), FlowHash.OfTuple(key));
            Assert.Equal(Djb2(bytes[..32]), FlowHash.OfAddresses(key));
            Assert.Equal(Djb2(bytes[36..]), FlowHash.OfPorts(key));
        }
    });

    [Fact]
    public void Mode_0_hashes_the_tuple_and_mode_1_the_ports_of_Sctp_alone() => Seeded.Run(random =>
    {
        for (int i = 0; i < Keys; i++)
        {
            var key = RandomKey(random);
            byte[] bytes = BytesOf(key);
            uint ofSctp = Djb2(key.Protocol == IpProtocol.Sctp ? bytes[36..] : bytes);
            Assert.Equal(Djb2(bytes), HashMode.Tuple.Hash(key));
            Assert.Equal(ofSctp, HashMode.SctpPorts.Hash(key));
        }
    });

    [Fact]
    public void The_id_of_an_echo_request_takes_its_place_in_the_key()
    {
        // Recorded: an IPv4 echo with id 0x1234 ends in 12 34 01 00 00 00 00 00.
        var key = new PacketKey(default, default, IpProtocol.Icmp, EchoId: 0x1234);
        byte[] bytes = [.. new byte[32], 0x12, 0x34, 0x01, 0, 0, 0, 0, 0];
        Assert.Equal(Djb2(bytes), FlowHash.OfTuple(key));
    }

    /// <summary>One character at a time, as everybody writes it.</summary>
    private static uint Djb2(byte[] bytes)
    {
        uint hash = 5381;
        foreach (byte value in bytes)
        {
            hash = unchecked(hash * 33 + value);
        }
        return hash;
    }

    internal static byte[] BytesOf(PacketKey key)
    {
        var bytes = new byte[40];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, key.Source.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), key.Source.Low);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), key.Destination.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), key.Destination.Low);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(32), key.EchoId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(34), (ushort)key.Protocol);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(36), key.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(38), key.DestinationPort);
        return bytes;
    }

    internal static PacketKey RandomKey(Random random) => new(
        RandomAddress(random), RandomAddress(random),
        random.Next(2) == 0 ? IpProtocol.Sctp : (IpProtocol)random.Next(256),
        (ushort)random.Next(65536), (ushort)random.Next(65536), (ushort)random.Next(65536));

    /// <summary>Two of IPv4 are hashed in another way, so both families come in all combinations, and with them what
    /// looks like IPv4 and is not.</summary>
    private static Address RandomAddress(Random random)
    {
        var any = new Address(Word(random), Word(random));
        var ipv4 = Address.FromIpv4((uint)any.Low);
        return random.Next(5) switch
        {
            0 or 1 => ipv4,
            2 => ipv4 with { High = 1UL << random.Next(64) },
            3 => ipv4 with { Low = ipv4.Low ^ 1UL << random.Next(32, 64) },
            _ => any,
        };
    }

    private static ulong Word(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);
}
