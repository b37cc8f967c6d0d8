using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Tests.Support;

namespace Nfqlb.Planning.Tests.Model;

/// <summary>The last word on each object holds, whoever has said it.</summary>
public class StateMergeTests
{
    private const int Rounds = 200;

    private static readonly DesiredPool Web = new(new PoolName("web"), new(new PoolSize(31, 4)), new(0));

    [Fact]
    public void A_source_alone_gets_what_it_asks_for_and_nothing_new_changes_nothing() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            var last = new RandomState(random).Next();
            var next = new RandomState(random).Next();
            AssertSame(next, StateMerge.Of(last, next, last));
            AssertSame(next, StateMerge.Of(last, last, next));
            AssertSame(next, StateMerge.Anew(last, next, last));
            Assert.Empty(StateMerge.Differences(next, next));
        }
    });

    /// <summary>Told once more after a kill between the two files that are kept, it changes nothing.</summary>
    [Fact]
    public void The_same_word_twice_is_the_same() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            var last = new RandomState(random).Next();
            var next = new RandomState(random).Next();
            var once = StateMerge.Of(last, next, new RandomState(random).Next());
            AssertSame(once, StateMerge.Of(last, next, once));
        }
    });

    /// <summary>Against the rule as it stands in the documentation, flow by flow.</summary>
    [Fact]
    public void Each_flow_is_as_the_last_word_on_it_says() => Seeded.Run(random =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            ImmutableArray<Flow> last = Flows(random), next = Flows(random), present = Flows(random);
            var merged = StateMerge.Of(
                DesiredState.Empty with { Flows = last }, DesiredState.Empty with { Flows = next },
                DesiredState.Empty with { Flows = present }).Flows;
            foreach (string name in Names)
            {
                int? was = PriorityIn(last, name), says = PriorityIn(next, name), now = PriorityIn(present, name);
                Assert.Equal(says == was ? now : says, PriorityIn(merged, name));
            }
            var said = next.Where(flow => PriorityIn(last, flow.Name.Text) != flow.Priority).Select(flow => flow.Name);
            Assert.Equal(said, merged.Select(flow => flow.Name).Where(said.Contains));
        }
    });

    [Fact]
    public void A_target_by_hand_stays_beside_those_of_the_file_and_goes_with_its_pool()
    {
        DesiredState last = Asking(Target("a", 0, 101)), present = Asking(Target("a", 0, 101), Target("hand", 1, 109));
        var next = Asking(Target("a", 0, 102), Target("b", 2, 103));

        var merged = StateMerge.Of(last, next, present);

        Assert.Equal(
            ["a 102", "hand 109", "b 103"],
            merged.Targets.Select(pair => $"{pair.Target} {pair.Target.Mark}"));
        Assert.Equal(["+ target web/hand"], StateMerge.Differences(next, merged));
        Assert.Empty(StateMerge.Of(next, DesiredState.Empty, merged).Pools);
    }

    [Fact]
    public void What_was_taken_out_by_hand_stays_out_until_the_file_says_something_new_of_it()
    {
        var last = Asking(Target("a", 0, 101), Target("b", 1, 102));
        var present = Asking(Target("b", 1, 102));

        Assert.Equal(["b"], NamesIn(StateMerge.Of(last, last, present)));
        Assert.Equal(["b", "c"], NamesIn(StateMerge.Of(last, With(last, Target("c", 2, 103)), present)));
        var changed = Asking(Target("a", 0, 107), Target("b", 1, 102));
        Assert.Equal(["a", "b"], NamesIn(StateMerge.Of(last, changed, present)));
        Assert.Equal(["a", "b"], NamesIn(StateMerge.Anew(last, last, present)));
        Assert.Equal(["- target web/a"], StateMerge.Differences(last, present));
    }

    /// <summary>The file has it in writing, and the note of the file does not.</summary>
    [Fact]
    public void A_table_that_is_the_mark_anyway_is_no_news()
    {
        var named = Target("a", 0, 101) with { Table = 101 };
        var present = Asking(Target("a", 0, 101) with { Via4 = Address.FromIpv4(9) });
        AssertSame(present, StateMerge.Of(Asking(Target("a", 0, 101)), Asking(named), present));
    }

    [Fact]
    public void A_new_target_goes_around_the_slots_of_those_by_hand()
    {
        var slots = SlotsInUse.Of(Asking(Target("hand", 0, 109)));
        slots.Reserve(Web.Name, 0);
        int Free(string name) =>
            Assert.Single(slots.Assign(Web.Name, 4, [Target(name, SlotsInUse.NoSlot, 101)]));
        Assert.Equal(1, Free("a"));
        Assert.Equal(0, Free("hand"));
    }

    private static readonly string[] Names = ["a", "b", "c", "d"];

    private static ImmutableArray<Flow> Flows(Random random) =>
    [
        .. Names.Where(_ => random.Next(4) > 0).OrderBy(_ => random.Next()).Select(name => new Flow
        {
            Name = new FlowName(name),
            Target = Web.Name,
            Priority = random.Next(3),
        }),
    ];

    private static int? PriorityIn(ImmutableArray<Flow> flows, string name) =>
        flows.SingleOrDefault(flow => flow.Name.Text == name)?.Priority;

    private static DesiredTarget Target(string name, int slot, int mark) => new()
    {
        Name = name,
        Slot = slot,
        Mark = new FirewallMark(mark),
        Via4 = Address.FromIpv4(0xac100102),
    };

    private static DesiredState Asking(params DesiredTarget[] targets) =>
        DesiredState.Empty with { Pools = [Web with { Targets = [.. targets] }] };

    private static DesiredState With(DesiredState state, DesiredTarget target) =>
        Asking([.. state.Pools[0].Targets, target]);

    private static IEnumerable<string?> NamesIn(DesiredState state) => state.Targets.Select(pair => pair.Target.Name);

    private static void AssertSame(DesiredState expected, DesiredState actual) =>
        Assert.Equal(Document.ToYaml(expected), Document.ToYaml(actual));
}
