using System.Buffers.Binary;
using Nfqlb.Checks;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Checks;

public class SctpPacketTests
{
    private const ushort Ours = 40000, Theirs = 2905;
    private const uint Tag = 0x1234_5678, PeerTag = 0x9abc_def0;

    [Fact]
    public void An_INIT_is_as_the_standard_has_it()
    {
        byte[] packet = new byte[SctpPacket.InitBytes];
        SctpPacket.WriteInit(packet, Ours, Theirs, Tag);
        Assert.Equal(
            "9c400b5900000000" + Hex(Crc32C(packet)) + "01000014" + "12345678" + "00010000" + "00010001" + "12345678",
            Convert.ToHexStringLower(packet));
    }

    [Fact]
    public void An_ABORT_carries_the_tag_of_the_target()
    {
        byte[] packet = new byte[SctpPacket.AbortBytes];
        SctpPacket.WriteAbort(packet, Ours, Theirs, PeerTag);
        Assert.Equal("9c400b599abcdef0" + Hex(Crc32C(packet)) + "06000004", Convert.ToHexStringLower(packet));
    }

    /// <summary>RFC 3720, appendix B.4; and what is reckoned bit by bit.</summary>
    [Fact]
    public void The_checksum_is_CRC32c()
    {
        Assert.Equal(0x8a91_36aau, SctpPacket.ChecksumOf(new byte[32]));
        Seeded.Run(random =>
        {
            byte[] packet = new byte[12 + random.Next(300)];
            random.NextBytes(packet);
            Assert.Equal(Crc32C(packet), SctpPacket.ChecksumOf(packet));
        });
    }

    [Fact]
    public void Answers_are_understood()
    {
        Assert.Equal((SctpAnswer.Accepted, PeerTag), Judge(InitAck()));
        Assert.Equal((SctpAnswer.Accepted, PeerTag), Judge(InitAck(parameters: 300)));
        Assert.Equal((SctpAnswer.Refused, 0u), Judge(Abort()));
    }

    /// <summary>A kernel may leave it to the network card, and on the way to the next process there is none.</summary>
    [Fact]
    public void A_checksum_that_nobody_has_reckoned_yet_is_right()
    {
        byte[] packet = InitAck();
        packet.AsSpan(8, 4).Clear();
        Assert.Equal(SctpAnswer.Accepted, Judge(packet).Answer);
    }

    [Fact]
    public void Whatever_its_length_a_part_of_an_answer_is_none()
    {
        foreach (byte[] packet in (byte[][])[InitAck(), InitAck(parameters: 20), Abort()])
        {
            for (int length = 0; length < packet.Length; length++)
            {
                Assert.Equal(SctpAnswer.None, Judge(packet[..length]).Answer);

                // Nor where somebody reckons the checksum anew.
                Assert.Equal(SctpAnswer.None, Judge(Sealed(packet[..length])).Answer);
            }
        }
    }

    [Fact]
    public void A_bit_that_has_tipped_makes_it_none()
    {
        byte[] packet = InitAck();
        for (int bit = 0; bit < 8 * packet.Length; bit++)
        {
            byte[] other = [.. packet];
            other[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Equal(SctpAnswer.None, Judge(other).Answer);
        }
    }

    [Theory]
    [InlineData(4, "00000000")] // no tag
    [InlineData(4, "12345679")] // that of another
    [InlineData(0, "0b5a")] // another port of the target's
    [InlineData(2, "9c41")] // for another port of ours
    [InlineData(16, "00000000")] // an initiate tag of 0 is none
    [InlineData(14, "ffff")] // longer than it is
    [InlineData(14, "0010")] // shorter than an INIT ACK
    [InlineData(14, "0000")]
    [InlineData(12, "01")] // INIT
    [InlineData(12, "0a")] // COOKIE ECHO
    public void What_is_no_answer_to_this_INIT_says_nothing(int offset, string bytes)
    {
        byte[] packet = InitAck();
        Convert.FromHexString(bytes).CopyTo(packet, offset);
        Assert.Equal(SctpAnswer.None, Judge(Sealed(packet)).Answer);
    }

    /// <summary>With the T bit the tag is the one that its sender was sent: an INIT has 0.</summary>
    [Fact]
    public void An_ABORT_that_reflects_a_tag_is_none()
    {
        byte[] packet = Abort();
        packet[13] = 1;
        Assert.Equal(SctpAnswer.None, Judge(Sealed(packet)).Answer);
    }

    [Fact]
    public void Random_bytes_are_no_answer() => Seeded.Run(random =>
    {
        byte[] packet = new byte[random.Next(60)];
        random.NextBytes(packet);
        Assert.Equal(SctpAnswer.None, Judge(packet).Answer);
    });

    [Fact]
    public void An_error_is_its_own_only_where_it_quotes_the_tag()
    {
        byte[] init = new byte[SctpPacket.InitBytes];
        SctpPacket.WriteInit(init, Ours, Theirs, Tag);
        for (int length = 0; length <= init.Length; length++)
        {
            Assert.Equal(length >= 20, SctpPacket.IsQuoted(init.AsSpan(0, length), Theirs, Tag));
        }
        Assert.False(SctpPacket.IsQuoted(init, Theirs, Tag + 1));
        Assert.False(SctpPacket.IsQuoted(init, Theirs + 1, Tag));
        Assert.False(SctpPacket.IsQuoted(InitAck(), Theirs, PeerTag));
    }

    private static (SctpAnswer Answer, uint PeerTag) Judge(ReadOnlySpan<byte> packet) =>
        (SctpPacket.AnswerOf(packet, Ours, Theirs, Tag, out uint peerTag), peerTag);

    private static byte[] InitAck(int parameters = 0) =>
        Packet($"0200{Hex16(20 + parameters)}9abcdef00001000000010001{"00000001"}", parameters);

    private static byte[] Abort() => Packet("06000004", 0);

    private static byte[] Packet(string chunk, int parameters) => Sealed(
        [.. Convert.FromHexString("0b599c401234567800000000" + chunk), .. new byte[parameters]]);

    private static byte[] Sealed(byte[] packet)
    {
        byte[] whole = [.. packet];
        if (whole.Length >= 12)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(8), Crc32C(whole));
        }
        return whole;
    }

    private static string Hex16(int number) => $"{number:x4}";

    private static string Hex(uint littleEndian) => $"{BinaryPrimitives.ReverseEndianness(littleEndian):x8}";

    /// <summary>Bit by bit, with zeros where the checksum stands.</summary>
    private static uint Crc32C(byte[] packet)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < packet.Length; i++)
        {
            crc ^= i is >= 8 and < 12 ? 0u : packet[i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1;
            }
        }
        return ~crc;
    }
}
