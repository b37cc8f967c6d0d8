using Nfqlb.Flows;
using Nfqlb.Flows.Index;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>Long lists of flows against a sorted set, whatever the order in which flows come and go.</summary>
public class RuleListTests
{
    private const int Many = 10_000;

    /// <summary>Some hundred links of a chain and an array or two; a chain of single flows would take far
    /// more.</summary>
    private const int MostBytesOfChange = 40_000;

    private static readonly TargetPool Pool = NamedPools.Of("lb");
    private static readonly FlowCounters Counters = new(workers: 1);

    /// <summary>Positions by rank, in the order in which flows come.</summary>
    public static TheoryData<string, Func<Random, int[]>> Orders => new()
    {
        { "rising", _ => [.. Enumerable.Range(0, Many)] },
        { "falling", _ => [.. Enumerable.Range(0, Many).Reverse()] },
        { "random", random => Shuffled(random) },
    };

    [Theory, MemberData(nameof(Orders))]
    public void The_first_of_the_list_is_found_and_a_change_copies_little(string order, Func<Random, int[]> make) =>
        Seeded.Run(random =>
        {
            var entries = make(random).Select(EntryOf).ToArray();
            RuleNode list = RuleList.Of(new Rule(entries[0], Dimension.None), Dimension.None);
            var expected = new SortedSet<FlowRank> { entries[0].Rank };
            foreach (var entry in entries[1..])
            {
                Change(ref list, $"{order}: With", node => node.With(entry));
                expected.Add(entry.Rank);
                AssertFirst(expected.Min, list);
            }
            // Away with them in the order in which they came, which leaves gaps all over a random list.
            foreach (var entry in entries[..^1])
            {
                Change(ref list, $"{order}: Without", node => node.Without(entry)!);
                expected.Remove(entry.Rank);
                AssertFirst(expected.Min, list);
            }
            Assert.Null(list.Without(entries[^1]));
        });

    [Fact]
    public void Flows_that_stay_behind_one_by_one_join_into_arrays_again() => Seeded.Run(random =>
    {
        // Of each sixty-four that come, one stays: every link of the chain could end up with a single flow.
        const int Rounds = 500;
        const int ARound = 64;
        RuleNode list = RuleList.Of(new Rule(EntryOf(Many * ARound), Dimension.None), Dimension.None);
        for (int round = 0; round < Rounds; round++)
        {
            var entries = Enumerable.Range(round * ARound, ARound).Select(EntryOf).ToArray();
            list = entries.Aggregate(list, (node, entry) => node.With(entry));
            list = entries[..^1].Aggregate(list, (node, entry) => node.Without(entry)!);
        }
        var added = EntryOf(Many * ARound + 1);
        Assert.InRange(BytesOf(() => list.With(added)), 1, 3_000);
    });

    private static int[] Shuffled(Random random)
    {
        var order = Enumerable.Range(0, Many).ToArray();
        random.Shuffle(order);
        return order;
    }

    /// <summary>A flow that goes at this position, for any packet.</summary>
    private static FlowEntry EntryOf(int position) => new(
        new Flow { Name = new FlowName($"f{position}"), Target = new PoolName("lb") },
        (ulong)position, Pool, Counters.Take());

    private static void Change(ref RuleNode list, string what, Func<RuleNode, RuleNode> change)
    {
        var before = list;
        RuleNode after = before;
        long bytes = BytesOf(() => after = change(before));
        Assert.True(bytes <= MostBytesOfChange, $"{what} allocated {bytes} bytes");
        list = after;
    }

    private static long BytesOf(Action run)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void AssertFirst(FlowRank expected, RuleNode list)
    {
        var found = list.Find(new FlowQuery(new Packet(), [], isByAddresses: false), found: null);
        Assert.Equal(expected, list.Best);
        Assert.Equal(expected, found?.Best);
    }
}
