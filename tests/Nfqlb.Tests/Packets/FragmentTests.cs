using Nfqlb.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Packets;

/// <summary>Where a fragment stands in its packet.</summary>
public class FragmentTests
{
    [Fact]
    public void Fragments_of_built_packets_say_where_they_stand() => Seeded.Run(random =>
    {
        for (int i = 0; i < 5_000; i++)
        {
            ushort id = (ushort)random.Next(65_536);
            int offset = random.Next(8_192);
            bool hasMore = offset == 0 || random.Next(2) == 0;
            int units = random.Next(1, 20);
            byte[] payload = new byte[hasMore ? units * 8 : units];
            bool isIpv6 = random.Next(2) == 0;
            byte[] bytes = isIpv6
                ? Ip.V6().HopByHop((byte)random.Next(3)).Routing().Fragment(id, offset, hasMore)
                    .Carry(IpProtocol.Udp, payload)
                : Ip.V4().Options(random.Next(11)).Fragment(id, offset, hasMore).Carry(IpProtocol.Udp, payload);
            var fragment = Place(bytes);
            Assert.Equal((offset * 8, payload.Length, !hasMore), (fragment.Offset, fragment.Length, fragment.IsLast));
            Assert.Equal(bytes.Length, fragment.PacketBytes);
            Assert.Equal(offset * 8 + payload.Length <= 65_535, fragment.IsConsistent);
            Assert.Equal(id, fragment.Key.Id);
            Assert.Equal(isIpv6 ? IpProtocol.Fragment : IpProtocol.Udp, fragment.Key.Protocol);
        }
    });

    [Fact]
    public void Headers_behind_the_fragment_header_are_payload()
    {
        byte[] bytes = Ip.V6().Fragment(7, 0, true).DestinationOptions(1).Carry(IpProtocol.Udp, new byte[8]);
        Assert.Equal(24, Place(bytes).Length);
    }

    [Fact]
    public void Lengths_come_from_the_headers_not_from_what_was_copied()
    {
        byte[] bytes = Ip.V4().Fragment(7, 1, false).Carry(IpProtocol.Udp, new byte[100]);
        Assert.Equal((100, 120), (Place(bytes[..50]).Length, Place(bytes[..50]).PacketBytes));
    }

    [Theory]
    [InlineData(19)] // less than the header itself
    [InlineData(20)] // no payload
    [InlineData(21)] // 1 byte with more to come
    [InlineData(0)] // a super-packet's length, which a fragment cannot have
    public void A_header_that_lies_is_inconsistent(byte totalBytes)
    {
        byte[] bytes = Ip.V4().Fragment(7, 1, true).Carry(IpProtocol.Udp, new byte[8]).With(2, 0).With(3, totalBytes);
        Assert.False(Place(bytes).IsConsistent);
    }

    [Fact]
    public void Damaged_fragments_are_read_without_reading_past_their_end() => Seeded.Run(random =>
    {
        using var memory = new GuardedBytes();
        int fragments = 0;
        int consistent = 0;
        for (int i = 0; i < 100_000; i++)
        {
            var bytes = memory.Flush(Mutation.Next(random));
            if (Packet.TryParse(bytes, out var packet) == Unparsable.None && packet.Part != FragmentPart.Whole)
            {
                var fragment = Fragment.Of(packet, bytes);
                Assert.Equal(packet.Part == FragmentPart.First, fragment.Offset == 0);
                Assert.InRange(fragment.Offset, 0, 65_528);
                Assert.InRange(fragment.Length, -65_535, 65_535);
                consistent += fragment.IsConsistent ? 1 : 0;
                fragments++;
            }
        }
        Assert.InRange(consistent, 1, fragments - 1);
    });

    private static Fragment Place(byte[] bytes)
    {
        Assert.Equal(Unparsable.None, Packet.TryParse(bytes, out var packet));
        return Fragment.Of(packet, bytes);
    }
}
