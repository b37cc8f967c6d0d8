using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Flows;

/// <summary>Statements about bytes of the transport header: the grammar, the bounds, the meaning.</summary>
public class ByteMatchTests
{
    private const string NoMatch = "Doesn't match regexp";

    [Theory]
    [InlineData("tcp[2:2] = 5001", "tcp[2:2]=0x1389")] // recorded
    [InlineData("tcp[0:4] & 0x0000ffff = 5001", "tcp[0:4]&0xffff=0x1389")] // recorded
    [InlineData("udp[4:1]=0x13", "udp[4:1]=0x13")] // recorded
    [InlineData("sctp[8:4]&0xff000000=0x1000000", "sctp[8:4]&0xff000000=0x1000000")]
    [InlineData("tcp[16 :  4]   &   0xf   =   0", "tcp[16:4]&0xf=0x0")]
    [InlineData("tcp[019:1]=255", "tcp[19:1]=0xff")]
    [InlineData("tcp[0:4]=4294967295", "tcp[0:4]=0xffffffff")]
    [InlineData("tcp[0:1]=0x000000000001", "tcp[0:1]=0x1")]
    public void Takes_and_lists(string text, string listed)
    {
        Assert.True(ByteMatch.TryParse(text, out var match, out string reason), reason);
        Assert.Equal(listed, match.ToString());
        Assert.True(ByteMatch.TryParse(listed, out var again, out _));
        Assert.Equal(match, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("icmp[0:1]=1")] // recorded
    [InlineData("TCP[0:1]=1")]
    [InlineData("tcp[0:3]=1")] // 1, 2 or 4 bytes
    [InlineData("tcp[0:8]=1")]
    [InlineData("tcp[:1]=1")]
    [InlineData("tcp[-1:1]=1")]
    [InlineData("tcp[0:1]")]
    [InlineData("tcp[0:1]=")]
    [InlineData("tcp[0:1]==1")]
    [InlineData("tcp[0:1]=-1")]
    [InlineData("tcp[0:1]=0x")]
    [InlineData("tcp[0:1]=0xFF")] // small letters
    [InlineData("tcp[0:1]&255=1")] // a mask is hexadecimal
    [InlineData("tcp[0:1]&=1")]
    [InlineData("tcp [0:1]=1")]
    [InlineData("tcp[ 0:1]=1")]
    [InlineData("tcp[0:1 ]=1")]
    [InlineData(" tcp[0:1]=1")]
    [InlineData("tcp[0:1]=1 ")]
    [InlineData("tcp[0:1]=1\n")]
    [InlineData("tcp[0:1]\t=1")]
    [InlineData("tcp[0:1]=1,udp[0:1]=1")]
    [InlineData("tcp[٣:1]=1")] // digits of other scripts
    public void Refuses_what_the_grammar_of_1_2_0_does_not_know(string text)
    {
        Assert.False(ByteMatch.TryParse(text, out _, out string reason));
        Assert.Equal(NoMatch, reason);
    }

    [Theory]
    [InlineData("tcp[20:1]=1", "Out of bounds: the tcp header has 20 bytes")]
    [InlineData("tcp[17:4]=1", "Out of bounds: the tcp header has 20 bytes")]
    [InlineData("udp[7:2]=1", "Out of bounds: the udp header has 8 bytes")]
    [InlineData("sctp[12:1]=1", "Out of bounds: the sctp header has 12 bytes")]
    [InlineData("tcp[99999999999:1]=1", "Out of bounds: the tcp header has 20 bytes")]
    [InlineData("tcp[0:1]=256", "Out of bounds: 1 bytes under this mask never have this value")]
    [InlineData("tcp[0:2]=0x10000", "Out of bounds: 2 bytes under this mask never have this value")]
    [InlineData("tcp[0:4]=4294967296", "Out of bounds: 4 bytes under this mask never have this value")]
    [InlineData("tcp[0:4]=0x100000000", "Out of bounds: 4 bytes under this mask never have this value")]
    [InlineData("tcp[0:1]&0x100=0", "Out of bounds: 1 bytes under this mask never have this value")]
    [InlineData("tcp[0:1]&0x0=0", "Out of bounds: 1 bytes under this mask never have this value")]
    [InlineData("tcp[0:1]&0x0f=0x10", "Out of bounds: 1 bytes under this mask never have this value")]
    [InlineData("tcp[0:1]&0xf0=0x01", "Out of bounds: 1 bytes under this mask never have this value")]
    public void Refuses_what_can_never_hold(string text, string expected)
    {
        Assert.False(ByteMatch.TryParse(text, out _, out string reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_statement_has_64_characters_at_most()
    {
        string longest = "tcp[0:1]=".PadRight(63, '0') + "1";
        Assert.True(ByteMatch.TryParse(longest, out _, out _));
        Assert.False(ByteMatch.TryParse(longest.Replace("=", "=0"), out _, out string reason));
        Assert.Equal("String too long", reason);
    }

    [Theory]
    [InlineData("tcp[0:2]=1000", true)]
    [InlineData("tcp[2:2]=80", true)]
    [InlineData("tcp[2:2]=81", false)]
    [InlineData("tcp[0:4]=0x03e80050", true)]
    [InlineData("tcp[0:4]&0xffff=80", true)]
    [InlineData("tcp[0:4]&0xffff0000=0x3e80000", true)]
    [InlineData("tcp[13:1]&0x02=2", true)] // SYN
    [InlineData("tcp[13:1]&0x10=0x10", false)] // ACK
    [InlineData("tcp[16:4]=0", true)] // the last bytes of the header
    [InlineData("udp[2:2]=81", true)] // not asked of TCP
    public void Holds_for_a_Tcp_Syn_from_1000_to_80(string text, bool expected)
    {
        Assert.True(ByteMatch.TryParse(text, out var match, out string reason), reason);
        Assert.Equal(expected, match.Matches(IpProtocol.Tcp, Transport.Tcp(1000, 80)));
    }

    [Theory]
    [InlineData("tcp[0:1]=3", IpProtocol.Tcp, 20)]
    [InlineData("udp[0:1]=3", IpProtocol.Udp, 8)]
    [InlineData("sctp[0:1]=3", IpProtocol.Sctp, 12)]
    public void Does_not_hold_for_a_header_that_is_cut_short(string text, IpProtocol protocol, int headerBytes)
    {
        Assert.True(ByteMatch.TryParse(text, out var match, out _));
        byte[] header = [.. Transport.Network((ushort)1000), .. new byte[headerBytes - 2]];
        Assert.True(match.Matches(protocol, header));
        for (int length = 0; length < headerBytes; length++)
        {
            Assert.False(match.Matches(protocol, header.AsSpan(0, length)));
        }
    }
}
