using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>Flows of others, and what they take from those that files ask for.</summary>
public class ForeignCheckTests
{
    private static readonly FlowText Http =
        new()
        {
            Name = "http", Target = "web", Protocols = "tcp", Destinations = "203.0.113.10/32", DestinationPorts = "80",
        };

    [Fact]
    public void A_flow_in_front_whose_pool_is_empty_is_named_with_what_it_takes() => Assert.Equal(
        ["Bad: flow test to pool empty was set by somebody else, and takes packets of flow http, which is asked behind "
            + "it; its pool has no targets: they are dropped -> nfqlb flow-delete --name=test"],
        Find("empty", new FlowText { Name = "test", Target = "empty", Priority = "1" }));

    [Fact]
    public void One_with_targets_may_be_meant() => Assert.Equal(
        [
            "Ok: flow test to pool full was set by somebody else, and takes packets of flow http, which is asked "
                + "behind it",
        ],
        Find("empty", new FlowText
        {
            Name = "test", Target = "full", Priority = "1", Destinations = "203.0.113.0/24",
        }));

    [Theory]
    [InlineData("tcp", "203.0.113.10/32", "81")]
    [InlineData("udp", "203.0.113.10/32", "80")]
    [InlineData("tcp", "203.0.113.11/32", "80")]
    public void One_of_other_packets_takes_none(string protocol, string destination, string port) => Assert.Equal(
        ["Ok: flow test to pool empty was set by somebody else"],
        Find("empty", new FlowText
        {
            Name = "test", Target = "empty", Priority = "1", Protocols = protocol, Destinations = destination,
            DestinationPorts = port,
        }));

    /// <summary>No packet has a source of one family and a destination of the other; the whole of IPv6 as it is written
    /// holds IPv4 too.</summary>
    [Theory]
    [InlineData("2001:db8::/32", false)]
    [InlineData("198.51.100.0/24", true)]
    [InlineData("::/0", true)]
    public void Sources_of_the_other_family_take_none(string sources, bool takes) => Assert.Equal(
        takes, Assert.Single(Find("empty", new FlowText
        {
            Name = "test", Target = "empty", Priority = "1", Destinations = "203.0.113.10/32", Sources = sources,
        })).Contains("takes packets of flow http", StringComparison.Ordinal));

    [Fact]
    public void One_of_certain_bytes_may_take_some() => Assert.Equal(
        [
            "Ok: flow test to pool empty was set by somebody else, and may take packets of flow http, which is asked "
                + "behind it",
        ],
        Find("empty", new FlowText
        {
            Name = "test", Target = "empty", Priority = "1", Protocols = "tcp", Match = "tcp[13:1]&0xff=255",
        }));

    [Fact]
    public void One_behind_takes_none() => Assert.Equal(
        ["Ok: flow test to pool empty was set by somebody else"],
        Find("empty", new FlowText { Name = "test", Target = "empty" }));

    private static string[] Find(string empty, FlowText flow)
    {
        var (own, other) = (Http.Parse(), flow.Parse());
        Flow[] flows = other.Priority > 0 ? [other, own] : [own, other];
        var content = PoolContent.Empty(new PoolShape(new PoolSize(3, 2)), new PoolSettings()).WithMarks([101, -1]);
        PoolState PoolOf(PoolName name) => name.Text == empty ? PoolState.Missing(name)
            : new PoolState(name, new PoolSnapshot(1, content, [0, 0, 0]), "");
        return Said.By(ForeignCheck.Findings(new Managed([DesiredState.Empty with { Flows = [own] }]), flows, PoolOf));
    }
}
