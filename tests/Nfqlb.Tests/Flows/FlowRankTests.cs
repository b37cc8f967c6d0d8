using Nfqlb.Flows;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows;

/// <summary>Which flow goes first, against a comparison of priority, then definition.</summary>
public class FlowRankTests
{
    private const ulong LastDefinition = (1UL << 33) - 2;

    /// <summary>From the first to the last.</summary>
    private static readonly (int Priority, ulong Definition)[] InOrder =
    [
        (int.MaxValue, 0), (int.MaxValue, 1), (int.MaxValue, LastDefinition),
        (int.MaxValue - 1, 0), (int.MaxValue - 1, LastDefinition),
        (1, 0), (1, LastDefinition),
        (0, 0), (0, 1), (0, LastDefinition),
    ];

    [Fact]
    public void The_ends_of_priorities_and_definitions_stand_in_order() =>
        Assert.Equal(InOrder, InOrder.Reverse().OrderBy(flow => FlowRank.Of(flow.Priority, flow.Definition)));

    [Fact]
    public void No_flow_stands_behind_the_last_rank() =>
        Assert.All(InOrder, flow => Assert.True(FlowRank.Of(flow.Priority, flow.Definition) < FlowRank.Last));

    [Fact]
    public void Higher_priorities_go_first_and_then_earlier_definitions() => Seeded.Run(random =>
    {
        for (int i = 0; i < 100_000; i++)
        {
            var one = Any(random);
            var other = random.Next(2) == 0 ? Any(random) : (one.Priority, Any(random).Definition);
            int expected = (-one.Priority, one.Definition).CompareTo((-other.Priority, other.Definition));
            var left = FlowRank.Of(one.Priority, one.Definition);
            var right = FlowRank.Of(other.Priority, other.Definition);
            Assert.Equal(Math.Sign(expected), Math.Sign(left.CompareTo(right)));
            Assert.Equal(expected < 0, left < right);
            Assert.Equal(expected > 0, left > right);
            Assert.Equal(expected == 0, left == right);
        }
    });

    private static (int Priority, ulong Definition) Any(Random random) =>
        (random.Next(1 << random.Next(31)), (ulong)random.NextInt64(1L << random.Next(33)));
}
