using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Tests.Model;

public class VipRangeTests
{
    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("0.0.0.0/32")]
    [InlineData("127.0.0.1/32")]
    [InlineData("126.0.0.0/7")]
    [InlineData("224.0.0.1/32")]
    [InlineData("255.255.255.255/32")]
    [InlineData("128.0.0.0/1")]
    [InlineData("::/0")]
    [InlineData("::1/128")]
    [InlineData("fe80::1/128")]
    [InlineData("ff02::1/128")]
    public void What_is_the_hosts_own_or_nobodys_is_refused(string text)
    {
        Assert.True(Cidr.TryParse(text, out var block, out _));
        Assert.StartsWith("holds ", VipRange.ReasonAgainst(block));
    }

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("203.0.113.1/32")]
    [InlineData("2001:db8::/32")]
    [InlineData("fd00::1/128")]
    public void What_clients_can_ask_for_is_taken(string text)
    {
        Assert.True(Cidr.TryParse(text, out var block, out _));
        Assert.Equal("", VipRange.ReasonAgainst(block));
    }
}
