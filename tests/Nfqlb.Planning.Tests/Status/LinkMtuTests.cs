using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Links that take shorter packets than they are given.</summary>
public class LinkMtuTests
{
    private static readonly Link Bridge = new(new LinkIndex(2), "br0", IsUp: true, HasCarrier: true, 1500, "bridge");
    private static readonly Link Port = new(new LinkIndex(3), "eth1", IsUp: true, HasCarrier: true, 300)
    {
        Master = Bridge.Index,
    };

    [Fact]
    public void A_port_that_takes_less_than_its_bridge_is_told_with_what_mends_it()
    {
        Assert.Equal(
            ["Hint: eth1 of br0 takes packets of 300 bytes at most, and br0 gives it 1500: longer ones are dropped, "
                + "and nobody is told -> ip link set eth1 mtu 1500"],
            Said.By(LinkCheck.Unusual([Bridge], [Bridge, Port], [])));
        Assert.Empty(Said.By(LinkCheck.Unusual([Bridge], [Bridge, Port with { MtuBytes = 1500 }], [])));
        Assert.Empty(Said.By(LinkCheck.Unusual([Bridge], [Bridge, Port with { Master = null }], [])));
    }

    [Theory]
    [InlineData(1279, 1)]
    [InlineData(1280, 0)]
    public void A_link_too_narrow_for_IPv6_is_told(int mtu, int findings)
    {
        var link = Port with { Master = null, MtuBytes = mtu };
        Assert.Equal(findings, LinkCheck.Unusual([link], [link], []).Count());
    }
}
