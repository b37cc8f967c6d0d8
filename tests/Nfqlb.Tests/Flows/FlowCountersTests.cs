using Nfqlb.Flows;

namespace Nfqlb.Tests.Flows;

/// <summary>Counters that flows take and give back.</summary>
public class FlowCountersTests
{
    private const int Workers = 3;

    /// <summary>More than fit in a few blocks.</summary>
    private const int Many = 5_000;

    private readonly FlowCounters _counters = new(Workers);

    [Fact]
    public void Each_of_many_counts_for_itself()
    {
        var taken = Enumerable.Range(0, Many).Select(_ => _counters.Take()).ToArray();
        for (int i = 0; i < Many; i++)
        {
            Count(taken[i], i);
        }
        Assert.Equal(Enumerable.Range(0, Many).Select(i => (long)i), taken.Select(counter => counter.Sum));
    }

    [Fact]
    public void A_counter_that_was_used_before_begins_at_0()
    {
        var first = Enumerable.Range(0, Many).Select(_ => _counters.Take()).ToArray();
        foreach (var counter in first)
        {
            Count(counter, 5);
            _counters.GiveBack(counter);
        }
        var second = Enumerable.Range(0, Many).Select(_ => _counters.Take()).ToArray();
        Assert.Contains(second, counter => first.Any(other => other.Place == counter.Place));
        Assert.All(second, counter => Assert.Equal(0, counter.Sum));
        Count(second[0], 1);
        Assert.Equal(1, second[0].Sum);
    }

    [Fact]
    public void What_comes_and_goes_takes_no_new_memory()
    {
        var places = new HashSet<(WorkerCounts, int)>();
        for (int i = 0; i < Many; i++)
        {
            var counter = _counters.Take();
            places.Add(counter.Place);
            _counters.GiveBack(counter);
        }
        Assert.InRange(places.Count, 2, Many / 2);
    }

    [Fact]
    public void What_was_given_back_last_is_taken_last()
    {
        // A worker may count for a flow that is gone, up to the end of its batch: let that be nobody's for long.
        var deleted = _counters.Take();
        _counters.GiveBack(deleted);
        Assert.NotEqual(deleted.Place, _counters.Take().Place);
    }

    private static void Count(FlowCounter counter, int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            counter.Increment(worker: i % Workers);
        }
    }
}
