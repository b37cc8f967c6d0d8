using Nfqlb.Linux.Tests.Support;
using static Nfqlb.Linux.Tests.Queue.PacketMessage;

namespace Nfqlb.Linux.Tests.Queue;

/// <summary>What the shim makes of one netlink message; every datagram ends at an unreadable page.</summary>
public sealed class PacketMessageTests
{
    private static readonly byte[] FivePayloadBytes = [0x45, 1, 2, 3, 4];

    [Fact]
    public void A_packet_is_read_whatever_attributes_surround_it()
    {
        var parsed = Parse(new PacketMessage().WithPacketHeader().With(Mark, [0, 0, 0, 9])
            .With(WholeLength, [0, 0, 5, 0xdc]).With(Payload, FivePayloadBytes).With(999, [1]).Bytes());

        Assert.Equal((Kind.Packet, 0x01020304u, 1500, 0x800), Summary(parsed));
        Assert.Equal(FivePayloadBytes, parsed.Payload);
    }

    [Fact]
    public void Mark_and_link_are_read_where_the_kernel_tells_them_and_0_where_it_does_not()
    {
        var parsed = Parse(new PacketMessage().WithPacketHeader().With(IncomingLink, [0, 0, 1, 2])
            .With(Mark, [0x80, 0xff, 0, 9]).With(Payload, FivePayloadBytes).Bytes());
        Assert.Equal((0x80ff0009u, 0x102u), (parsed.Mark, parsed.IncomingLink));

        parsed = Parse(Complete().Bytes());
        Assert.Equal((0u, 0u), (parsed.Mark, parsed.IncomingLink));
    }

    [Fact]
    public void A_mark_that_is_too_short_is_none() =>
        Assert.Equal(0u, Parse(new PacketMessage().WithPacketHeader().With(Mark, [1, 2, 3]).Bytes()).Mark);

    [Theory]
    [InlineData(0b000, false)]
    [InlineData(0b001, false)] // NFQA_SKB_CSUMNOTREADY
    [InlineData(0b010, true)] // NFQA_SKB_GSO
    [InlineData(0b100, false)] // NFQA_SKB_CSUM_NOTVERIFIED
    [InlineData(0b111, true)]
    public void A_super_packet_is_one_that_the_kernel_calls_so(byte flags, bool isOne)
    {
        Assert.Equal(isOne, Parse(Complete().With(PacketInfo, [0, 0, 0, flags]).Bytes()).IsSuperPacket);
        Assert.False(Parse(Complete().With(PacketInfo, [0, 0, flags]).Bytes()).IsSuperPacket);
        Assert.False(Parse(Complete().Bytes()).IsSuperPacket);
    }

    [Fact]
    public void The_whole_length_is_the_payloads_where_the_kernel_left_it_out() =>
        Assert.Equal(5, Parse(Complete().Bytes()).OriginalLength);

    [Fact]
    public void The_last_attribute_need_not_be_padded()
    {
        var message = new PacketMessage().WithPacketHeader().With(Payload, FivePayloadBytes, padded: false);

        Assert.Equal(FivePayloadBytes, Parse(message.Bytes()).Payload);
    }

    [Fact]
    public void A_message_that_ends_before_its_padding_is_whole()
    {
        byte[] padded = Complete().Bytes();
        byte[] bytes = Complete().Bytes(claimedLength: padded.Length - 3);

        Assert.Equal(FivePayloadBytes, Parse(bytes).Payload);
    }

    [Fact]
    public void A_packet_without_payload_is_handed_over_empty()
    {
        var parsed = Parse(new PacketMessage().WithPacketHeader().Bytes());

        Assert.Equal((Kind.Packet, 0x01020304u, 0, 0x800), Summary(parsed));
        Assert.Empty(parsed.Payload);
    }

    [Fact]
    public void A_payload_that_exceeds_the_message_is_cut_because_the_packet_waits_for_a_verdict()
    {
        var message = new PacketMessage().WithPacketHeader().With(Payload, FivePayloadBytes, claimedLength: 2000);

        Assert.Equal([0x45, 1, 2, 3, 4, 0, 0, 0], Parse(message.Bytes(claimedLength: 5000)).Payload);
    }

    [Fact]
    public void Another_attribute_that_exceeds_the_message_ends_it()
    {
        var message = new PacketMessage().WithPacketHeader().With(Mark, [0, 0, 0, 9], claimedLength: 400)
            .With(Payload, FivePayloadBytes);

        Assert.Empty(Parse(message.Bytes()).Payload);
    }

    [Fact]
    public void Attributes_shorter_than_their_header_end_the_message_and_do_not_hang()
    {
        for (int length = 0; length < 4; length++)
        {
            Assert.Equal(Kind.Packet, Parse(
                new PacketMessage().WithPacketHeader().With(Payload, [], claimedLength: length).Bytes()).Kind);
        }
    }

    [Fact]
    public void Without_a_packet_header_there_is_no_packet()
    {
        Assert.Equal(Kind.Other, Parse(new PacketMessage().Bytes()).Kind);
        Assert.Equal(Kind.Other, Parse(new PacketMessage().With(Payload, FivePayloadBytes).Bytes()).Kind);
        Assert.Equal(Kind.Other, Parse(new PacketMessage().With(PacketHeader, [1, 2, 3, 4, 8, 0]).Bytes()).Kind);
    }

    [Fact]
    public void Refused_verdicts_are_told_from_acknowledgements()
    {
        Assert.Equal(Kind.Error, Parse(new PacketMessage(ErrorType).WithRaw(0xfe, 0xff, 0xff, 0xff).Bytes()).Kind);
        Assert.Equal(Kind.Other, Parse(new PacketMessage(ErrorType).WithRaw(0, 0, 0, 0).Bytes()).Kind);
        Assert.Equal(Kind.Other, Parse(new PacketMessage(ErrorType).WithRaw(0xfe, 0xff).Bytes()).Kind);
    }

    [Fact]
    public void Other_messages_are_not_packets()
    {
        Assert.Equal(Kind.Other, Parse([]).Kind);
        Assert.Equal(Kind.Other, Parse(new PacketMessage(type: 3).Bytes()).Kind);
        Assert.Equal(Kind.Other, Parse(Complete().Bytes(claimedLength: 0)).Kind);
        Assert.Equal(Kind.Other, Parse(Complete().Bytes(claimedLength: 19)).Kind);
    }

    [Fact]
    public void Cut_at_any_length_it_is_the_same_packet_cut_or_none()
    {
        byte[] whole = Complete().With(WholeLength, [0, 0, 5, 0xdc]).Bytes();
        for (int length = 0; length <= whole.Length; length++)
        {
            var parsed = Parse(whole.AsSpan(0, length));
            if (parsed.Kind == Kind.Packet)
            {
                Assert.Equal(0x01020304u, parsed.Id);
                Assert.True(FivePayloadBytes.AsSpan().StartsWith(parsed.Payload));
            }
        }
    }

    [Fact]
    public void Random_changes_never_lead_outside_the_datagram()
    {
        string? given = Environment.GetEnvironmentVariable("SEED");
        int seed = given is null ? Random.Shared.Next() : int.Parse(given);
        Console.WriteLine($"{nameof(Random_changes_never_lead_outside_the_datagram)}: SEED={seed}");
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Complete().With(WholeLength, [0, 0, 5, 0xdc]).With(Mark, [0, 0, 0, 9]).Bytes();
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Parse(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
        }
    }

    private static PacketMessage Complete() => new PacketMessage().WithPacketHeader().With(Payload, FivePayloadBytes);

    private static (Kind Kind, uint Id, int OriginalLength, int HardwareProtocol) Summary(Parsed parsed) =>
        (parsed.Kind, parsed.Id, parsed.OriginalLength, parsed.HardwareProtocol);
}
