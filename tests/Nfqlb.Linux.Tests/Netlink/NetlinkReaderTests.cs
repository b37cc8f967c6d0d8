using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Tests.Support;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;

namespace Nfqlb.Linux.Tests.Netlink;

/// <summary>What is received is read within its bounds, whatever its lengths say.</summary>
public sealed unsafe class NetlinkReaderTests
{
    private const string Header = "0000" + "1000" + "0200" + "07000000" + "09000000";

    [Fact]
    public void A_message_of_each_kind_of_attribute()
    {
        ReadOnlySpan<byte> datagram = Bytes(
            "4400" + Header + "aabbccdd"
            + "05000100ab000000" + "0600020034120000" + "0800030078563412" + "0c000400123456789abcdef0"
            + "0c000580" + "0600064012340000");
        var message = NetlinkMessage.Take(ref datagram);

        Assert.Equal((16, 2, 7u, 9u), (message.Type, message.Flags, message.Sequence, message.PortId));
        var attributes = message.Read(out uint family);
        Assert.Equal(0xddccbbaa, family);
        Assert.True(attributes.Next());
        Assert.Equal((1, 0xab), (attributes.Type, attributes.UInt8));
        Assert.True(attributes.Next());
        Assert.Equal((2, 0x1234), (attributes.Type, attributes.UInt16));
        Assert.True(attributes.Next());
        Assert.Equal((3, 0x12345678u, 0x78563412u),
            (attributes.Type, attributes.UInt32, attributes.UInt32BigEndian));
        Assert.True(attributes.Next());
        Assert.Equal((4, 0x123456789abcdef0ul), (attributes.Type, attributes.UInt64BigEndian));
        Assert.True(attributes.Next());
        Assert.Equal(5, attributes.Type);
        var nested = attributes.Nested;
        Assert.True(nested.Next());
        Assert.Equal((6, 0x1234), (nested.Type, nested.UInt16BigEndian));
        Assert.False(nested.Next());
        Assert.False(attributes.Next());
        Assert.True(datagram.IsEmpty);
    }

    [Fact]
    public void The_end_of_a_datagram_need_not_be_padded()
    {
        ReadOnlySpan<byte> datagram = Bytes("1500" + Header + "0500010007");
        var attributes = new NetlinkAttributes(NetlinkMessage.Take(ref datagram).Payload);

        Assert.True(attributes.Next());
        Assert.Equal(7, attributes.UInt8);
        Assert.False(attributes.Next());
        Assert.True(datagram.IsEmpty);
    }

    [Fact]
    public void Text_ends_at_its_zero_or_its_end()
    {
        Assert.Equal("lo", TextOf("07000100" + "6c6f0000"));
        Assert.Equal("lo", TextOf("06000100" + "6c6f"));
        Assert.Equal("l", TextOf("08000100" + "6c006f6f"));
        Assert.Equal("", TextOf("04000100"));
    }

    [Theory]
    [InlineData("1000")] // Ends within the header.
    [InlineData("0f00" + Header)] // Shorter than a header.
    [InlineData("0000" + Header)] // Would never end.
    [InlineData("1100" + Header)] // Longer than the datagram.
    [InlineData("ffff" + "ffff" + "1000" + "0200" + "07000000" + "09000000")]
    public void Impossible_message_lengths_are_refused(string hex) => AssertMalformed(() =>
    {
        ReadOnlySpan<byte> datagram = Bytes(hex);
        NetlinkMessage.Take(ref datagram);
    });

    [Theory]
    [InlineData("0400")] // Ends within the header.
    [InlineData("03000100")] // Shorter than a header.
    [InlineData("00000100")] // Would never end.
    [InlineData("05000100")] // Longer than what is left.
    [InlineData("ffff0100" + "00000000")]
    [InlineData("04000100" + "00")] // Something follows that is no attribute.
    public void Impossible_attribute_lengths_are_refused(string hex) => AssertMalformed(() => Walk(Bytes(hex)));

    [Fact]
    public void An_attribute_shorter_than_its_type_is_refused()
    {
        AssertMalformed(() => First("04000100").UInt8.ToString());
        AssertMalformed(() => First("0500010001").UInt16.ToString());
        AssertMalformed(() => First("07000100010203").UInt32.ToString());
        AssertMalformed(() => First("07000100010203").UInt32BigEndian.ToString());
        AssertMalformed(() => First("0b00010001020304050607").UInt64BigEndian.ToString());
    }

    [Fact]
    public void Cut_or_lying_anywhere_it_is_refused_or_read_within_its_bounds()
    {
        using var memory = new GuardedMemory();
        byte[] whole = Valid();
        for (int length = 0; length <= whole.Length; length++)
        {
            ReadAll(memory, whole.AsSpan(..length));
        }

        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte lie in (ReadOnlySpan<byte>)[0, 1, 3, 4, 5, 0x7f, 0x80, 0xff])
            {
                byte[] bytes = [.. whole];
                bytes[at] = lie;
                ReadAll(memory, bytes);
            }
        }
    }

    private static byte[] Valid()
    {
        var writer = new NetlinkWriter();
        using (writer.Message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS))
        {
            writer.Append(new nlmsgerr { error = -22 });
            writer.Text(NLMSGERR_ATTR_MSG, "no such thing");
            using (writer.Nested(9))
            {
                writer.UInt32(NLMSGERR_ATTR_OFFS, 20);
            }
        }

        using (writer.Message(NLMSG_DONE, NLM_F_ACK_TLVS))
        {
            writer.Append(-17);
            writer.UInt32(NLMSGERR_ATTR_OFFS, 20);
        }

        return writer.Written.ToArray();
    }

    /// <summary>Reads all there is, flush against memory that may not be read.</summary>
    private static void ReadAll(GuardedMemory memory, ReadOnlySpan<byte> bytes)
    {
        try
        {
            ReadOnlySpan<byte> datagram = new(memory.Place(bytes), bytes.Length);
            while (!datagram.IsEmpty)
            {
                var message = NetlinkMessage.Take(ref datagram);
                _ = message.Type == NLMSG_DONE
                    ? NetlinkAcknowledgement.OfDone(message)
                    : NetlinkAcknowledgement.OfError(message);
                Walk(message.Payload);
            }
        }
        catch (NetlinkException error)
        {
            Assert.Equal(Linux.Interop.LibC.EBADMSG, error.Errno);
        }
    }

    private static void Walk(ReadOnlySpan<byte> bytes)
    {
        for (var attributes = new NetlinkAttributes(bytes); attributes.Next();)
        {
            _ = attributes.Text;
            for (var nested = attributes.Nested; attributes.Type == 9 && nested.Next();)
            {
                _ = nested.UInt32;
            }
        }
    }

    private static NetlinkAttributes First(string hex)
    {
        var attributes = new NetlinkAttributes(Bytes(hex));
        Assert.True(attributes.Next());
        return attributes;
    }

    private static string TextOf(string hex) => First(hex).Text;

    private static void AssertMalformed(Action read) =>
        Assert.Equal(Linux.Interop.LibC.EBADMSG, Assert.Throws<NetlinkException>(read).Errno);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
