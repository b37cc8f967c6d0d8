using Nfqlb.Flows;
using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>Packets that are announced before they are classified.</summary>
public class ExpectTests
{
    private const int ManyFlows = 2_000;

    [Fact]
    public void Whether_packets_are_announced_or_not_they_get_the_same_verdicts_and_counts() => Seeded.Run(random =>
    {
        const int Packets = 20_000;
        var (announced, plain) = (WithFlows(ManyFlows), WithFlows(ManyFlows));
        byte[][] packets = [.. Enumerable.Range(0, Packets).Select(_ => Mutation.Next(random))];
        Array.ForEach(packets, packet => announced.Classifiers[0].Expect(packet));
        foreach (byte[] packet in packets)
        {
            Assert.Equal(plain.Mark(packet), announced.Mark(packet));
        }
        Assert.Equal(plain.Counters.WithoutFlow, announced.Counters.WithoutFlow);
        Assert.Equal(plain.Counters.Balanced, announced.Counters.Balanced);
        Assert.NotEqual(0, plain.Counters.Balanced);
    });

    [Fact]
    public void Announcing_alone_counts_nothing()
    {
        var balancer = WithFlows(ManyFlows);
        byte[] packet = Ip.V4().Udp(1000, 5000);
        balancer.Classifiers[0].Expect(packet);
        Assert.Equal((0, 0), (balancer.Counters.Balanced, balancer.Counters.WithoutFlow));
        Assert.NotNull(balancer.Mark(packet));
    }

    [Fact]
    public void It_is_asked_for_where_there_are_many_flows()
    {
        Assert.False(WithFlows(10).Classifiers[0].HasManyFlows);
        Assert.True(WithFlows(ManyFlows).Classifiers[0].HasManyFlows);
    }

    /// <summary>The last one takes what the others leave.</summary>
    private static Balancer WithFlows(int count)
    {
        var balancer = new Balancer().Pool("all", 1, 2, 3);
        for (int flow = 1; flow < count; flow++)
        {
            string destinations = $"100.64.{flow / 256}.{flow % 256}/32,2001:db8::{flow:x}/128";
            balancer.Flow(new() { Name = $"f{flow}", Target = "all", Priority = "1", Destinations = destinations });
        }
        return balancer.Flow(
            new() { Name = "rest", Target = "all", Protocols = "udp,tcp", DestinationPorts = "1-30000" });
    }
}
