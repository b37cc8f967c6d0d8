using Nfqlb.Maglev;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Tests.Explain;

/// <summary>What is said of a packet's entry.</summary>
public class PoolStationTests
{
    private static readonly PoolStation Station = new(
        new PoolName("web"), 7, new PoolSize(101, 4), MarkMask.All, new Location(7, 2, new FirewallMark(102)), null);

    [Fact]
    public void Of_an_entry_that_drains_it_says_where_older_connections_stay()
    {
        var kept = Station with { Drain = new DrainingEntry(41.3, (0, new FirewallMark(100))) };
        Assert.Equal(
            "drains for 41.3 s more: new connections go there, older ones stay with slot 0, mark 100",
            kept.Lines.Last());
        var lost = Station with { Drain = new DrainingEntry(3, null) };
        Assert.Equal(
            "drains for 3.0 s more: new connections go there, older ones have lost their target", lost.Lines.Last());
    }
}
