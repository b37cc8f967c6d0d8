using Nfqlb.Checks;

namespace Nfqlb.Tests.Checks;

public class PayloadTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("ping", "70696e67")]
    [InlineData("hex:00fF", "00ff")]
    [InlineData("hex:", "")]
    [InlineData("hex", "686578")]
    public void It_is_text_or_hexadecimal(string text, string bytes)
    {
        Assert.True(Payload.TryParse(text, out var payload, out _));
        Assert.Equal(bytes, Convert.ToHexStringLower(payload.Bytes));
        Assert.Equal(text, payload.Text);
    }

    [Theory]
    [InlineData("hex:0")]
    [InlineData("hex:zz")]
    public void Half_a_byte_is_refused(string text)
    {
        Assert.False(Payload.TryParse(text, out _, out string reason));
        Assert.Equal("must have two hexadecimal digits a byte behind hex:", reason);
    }

    [Fact]
    public void It_has_a_bound()
    {
        Assert.True(Payload.TryParse(new string('x', Payload.MostBytes), out _, out _));
        Assert.False(Payload.TryParse(new string('x', Payload.MostBytes + 1), out _, out string reason));
        Assert.Equal("is more than 512 bytes", reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_ping_knows_its_answer(bool isIpv4)
    {
        byte[] message = new byte[IcmpEcho.Bytes];
        IcmpEcho.Write(message, isIpv4, 0x1234_5678_9abc_def0);
        Assert.False(IcmpEcho.IsAnswer(message, isIpv4, 0x1234_5678_9abc_def0));
        if (isIpv4)
        {
            // The sum of all words, checksum among them, is all ones.
            int sum = message.Chunk(2).Sum(word => word[0] << 8 | word[1]);
            Assert.Equal(0xffff, (sum & 0xffff) + (sum >> 16));
        }
        message[0] = (byte)(isIpv4 ? 0 : 129);
        Assert.True(IcmpEcho.IsAnswer(message, isIpv4, 0x1234_5678_9abc_def0));
        Assert.False(IcmpEcho.IsAnswer(message, isIpv4, 1));
        Assert.False(IcmpEcho.IsAnswer(message, !isIpv4, 0x1234_5678_9abc_def0));
        Assert.False(IcmpEcho.IsAnswer(message.AsSpan(0, IcmpEcho.Bytes - 1), isIpv4, 0x1234_5678_9abc_def0));
    }
}
