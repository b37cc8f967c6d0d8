using Nfqlb.Cli.Top;

namespace Nfqlb.Cli.Tests.Top;

/// <summary>The difference of two looks.</summary>
public class RatesTests
{
    private static readonly OutcomeLook Nothing = new(0, 0, 0, 0);

    [Theory]
    [InlineData(100, 300, 2, 100)]
    [InlineData(100, 100, 2, 0)]
    [InlineData(0, 5, 0.5, 10)]
    [InlineData(100, 30, 2, 15)] // begun anew at 0 meanwhile
    public void A_counter_grows_by_so_much_a_second(long before, long after, double seconds, double perSecond) =>
        Assert.Equal(new Counted(after, perSecond), Counted.Between(before, after, seconds));

    [Fact]
    public void Sums_are_over_the_queues_and_outcomes_are_told_apart()
    {
        var before = At(1, new OutcomeLook(10, 20, 30, 40)) with { Queues = [Queue(0, 100), Queue(1, 200)] };
        var after = At(3, new OutcomeLook(12, 24, 36, 48)) with { Queues = [Queue(0, 110), Queue(1, 230)] };

        var rates = Rates.Between(before, after);

        Assert.Equal(2, rates.Seconds);
        Assert.Equal(new Counted(340, 20), rates.Packets);
        Assert.Equal(
            [new(12, 1), new(24, 2), new(36, 3), new(48, 4)],
            [rates.Balanced, rates.NoFlow, rates.NoTarget, rates.Unparsable]);
        Assert.Equal([5, 15], rates.Queues.Select(queue => queue.Packets.PerSecond));
    }

    [Fact]
    public void Drops_of_the_kernel_are_unknown_to_those_who_may_not_see_them()
    {
        var before = At(0) with { Queues = [Queue(0, 0), Queue(1, 0, new KernelLook(7, 10, 20))] };
        var after = At(2) with { Queues = [Queue(0, 0), Queue(1, 0, new KernelLook(9, 14, 26))] };

        var queues = Rates.Between(before, after).Queues;

        Assert.Equal((null, null, null), (queues[0].Backlog, queues[0].QueueFull, queues[0].SocketFull));
        Assert.Equal((9, new Counted(14, 2), new Counted(26, 3)),
            (queues[1].Backlog, queues[1].QueueFull, queues[1].SocketFull));
    }

    [Fact]
    public void Shares_are_of_the_packets_of_the_same_pool_and_the_busiest_is_first()
    {
        var before = At(0) with { Targets = [Target("a", 0, 0), Target("a", 1, 100), Target("b", 0, 5)] };
        var after = At(1) with
        {
            Targets = [Target("a", 0, 10), Target("a", 1, 130), Target("b", 0, 5), Target("b", 1, 0)],
        };

        var targets = Rates.Between(before, after).Targets;

        Assert.Equal(
            [("a", 1, 0.75), ("a", 0, 0.25), ("b", 0, null), ("b", 1, null)],
            targets.Select(rate => (rate.Target.Pool, rate.Target.Slot, rate.Share)));
    }

    [Fact]
    public void Flows_are_sorted_by_rate_and_then_by_name_and_a_new_one_counts_from_nothing()
    {
        var before = At(0) with { Flows = [Flow("idle", 1000), Flow("busy", 5), Flow("also-idle", 3)] };
        var after = At(2) with
        {
            Flows = [Flow("idle", 1000), Flow("new", 50), Flow("busy", 205), Flow("also-idle", 3)],
        };

        var flows = Rates.Between(before, after).Flows;

        Assert.Equal(
            [("busy", 100), ("new", 25), ("also-idle", 0), ("idle", 0)],
            flows.Select(rate => (rate.Flow.Name, rate.Packets.PerSecond)));
    }

    private static Look At(int second, OutcomeLook? outcomes = null) =>
        new(second * 1_000_000_000L, outcomes ?? Nothing, [], [], []);

    private static QueueLook Queue(int number, long packets, KernelLook? kernel = null) =>
        new(number, packets, 0, kernel);

    private static TargetLook Target(string pool, int slot, long packets) =>
        new(pool, slot, slot + 101, null, packets, 0.5);

    private static FlowLook Flow(string name, long packets) => new(name, "a", packets);
}
