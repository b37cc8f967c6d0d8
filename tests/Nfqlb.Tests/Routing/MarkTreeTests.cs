using Nfqlb.Routing;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Routing;

/// <summary>Every mark finds its table in few steps, at every moment of every change.</summary>
public class MarkTreeTests
{
    /// <summary>Marks as people choose them.</summary>
    public static TheoryData<string> Choices => ["in a row", "in steps of 256", "at random", "two bits each", "mixed"];

    [Theory, MemberData(nameof(Choices))]
    public void A_thousand_marks_cost_less_than_two_times_the_square_root_of_their_number(string choice) =>
        Seeded.Run(random =>
        {
            uint[] marks = Marks(choice, random);
            var rules = Carry(new PlainRules(), MarkTree.Change([], Tables(marks)));
            var steps = marks.Select(mark => rules.Walk(mark)).ToArray();
            Assert.Equal(marks.Select(TableOf), steps.Select(walk => walk.Table!.Value));
            Assert.InRange(steps.Max(walk => walk.Steps), 1, (int)(2 * Math.Sqrt(marks.Length)));
            Assert.InRange(rules.Rules.Length, marks.Length, 3 * marks.Length);
            Assert.InRange(rules.Walk(0).Steps, 1, 4);
            Assert.Null(rules.Walk(0).Table);
        });

    [Fact]
    public void Sixty_thousand_marks_fit()
    {
        uint[] marks = [.. Enumerable.Range(1, 60_000).Select(i => (uint)i)];
        var changes = MarkTree.Change([], Tables(marks));
        Assert.All(changes, change => Assert.InRange(change.Rule.Priority, MarkTree.First, MarkTree.Last));
        MarkRule[] rules = [.. changes.Select(change => change.Rule).OrderBy(rule => rule.Priority)];
        Assert.All(marks.Where(mark => mark % 100 == 0), mark =>
        {
            var walk = MarkWalk.Of(rules, mark);
            Assert.Equal(TableOf(mark), walk.Found!.Argument);
            Assert.InRange(walk.Steps, 1, MarkTree.MostSteps);
        });
    }

    [Fact]
    public void At_every_step_of_every_change_marks_that_stay_have_their_tables() => Seeded.Run(random =>
    {
        int rebuilt = 0;
        int killed = 0;
        for (int series = 0; series < 6; series++)
        {
            var rules = new PlainRules();
            var before = new Dictionary<uint, uint>();
            for (int round = 0; round < 12; round++)
            {
                var after = Next(before, random);
                var changes = MarkTree.Change(rules.Rules, after);
                rebuilt += changes.Any(change => change.Rule.Action == MarkAction.GoTo && change.IsAddition) ? 1 : 0;
                bool isKilled = random.Next(3) == 0;
                int steps = isKilled ? random.Next(changes.Count + 1) : changes.Count;
                killed += isKilled ? 1 : 0;
                foreach (var change in changes.Take(steps))
                {
                    rules.Carry(change);
                    AssertStays(rules, before, after);
                }
                // Whoever comes next, after a kill or not, wants the same and gets it.
                var rest = MarkTree.Change(rules.Rules, after);
                Assert.True(isKilled || rest.Count == 0, string.Join('\n', rest));
                foreach (var change in rest)
                {
                    rules.Carry(change);
                    AssertStays(rules, before, after);
                }
                Assert.All(after, pair => Assert.Equal(pair.Value, rules.Walk(pair.Key).Table));
                Assert.All(before.Keys.Except(after.Keys), gone => Assert.Null(rules.Walk(gone).Table));
                Assert.Empty(MarkTree.Change(rules.Rules, after));
                before = after;
            }
        }
        Assert.NotEqual(0, rebuilt);
        Assert.NotEqual(0, killed);
    });

    [Fact]
    public void One_more_mark_among_many_changes_a_rule_or_three()
    {
        uint[] marks = [.. Enumerable.Range(5001, 1000).Select(i => (uint)i)];
        var rules = Carry(new PlainRules(), MarkTree.Change([], Tables(marks)));
        var changes = MarkTree.Change(rules.Rules, Tables([.. marks, 7000]));
        Assert.InRange(changes.Count, 1, 3);
        changes = MarkTree.Change(rules.Rules, Tables(marks[..^1]));
        Assert.InRange(changes.Count, 1, 3);
    }

    [Fact]
    public void Without_marks_nothing_is_left()
    {
        var rules = Carry(new PlainRules(), MarkTree.Change([], Tables([1, 2, 3])));
        Carry(rules, MarkTree.Change(rules.Rules, Tables([])));
        Assert.Empty(rules.Rules);
    }

    [Fact]
    public void What_somebody_deleted_comes_back_whatever_it_was() => Seeded.Run(random =>
    {
        var wanted = Tables([.. Enumerable.Range(1, 100).Select(_ => (uint)random.Next(1, 100_000)).Distinct()]);
        for (int round = 0; round < 300; round++)
        {
            var rules = Carry(new PlainRules(), MarkTree.Change([], wanted));
            for (int deleted = random.Next(1, 4); deleted > 0; deleted--)
            {
                rules.Carry(MarkRuleChange.Delete(rules.Rules[random.Next(rules.Rules.Length)]));
            }
            Carry(rules, MarkTree.Change(rules.Rules, wanted));
            Assert.All(wanted, pair => Assert.Equal(pair.Value, rules.Walk(pair.Key).Table));
        }
    });

    [Fact]
    public void A_tree_becomes_a_list_and_a_list_a_tree_without_a_gap()
    {
        var wanted = Tables([.. Enumerable.Range(1, 50).Select(i => (uint)i)]);
        var rules = Carry(new PlainRules(), MarkList.Change([], wanted));
        Assert.Equal(50, rules.Rules.Length);
        Assert.Empty(MarkList.Change(rules.Rules, wanted));
        foreach (var layout in new[] { MarkTree.Change, MarkList.Change, new Layout(MarkTree.Change) })
        {
            foreach (var change in layout(rules.Rules, wanted, MarkMask.All))
            {
                rules.Carry(change);
                AssertStays(rules, wanted, wanted);
            }
        }
        Assert.InRange(rules.Walk(50).Steps, 1, 20);
    }

    /// <summary>Marks within a mask, with other bits of every kind beside them, at every step of a change of marks and
    /// of the mask itself.</summary>
    [Fact]
    public void Bits_of_others_lead_nobody_astray() => Seeded.Run(random =>
    {
        var layouts = new Layout[] { MarkTree.Change, MarkList.Change };
        for (int series = 0; series < 40; series++)
        {
            var rules = new PlainRules();
            var before = new Dictionary<uint, uint>();
            var mask = MarkMask.All;
            for (int round = 0; round < 4; round++)
            {
                var next = random.Next(3) == 0 ? RandomMask(random) : mask;
                var after = MarksWithin(next, random, before);
                // As a plan does it: what was there keeps its way until pools give its mark no more.
                var both = MarkTables.WithThoseOf(after, rules.Rules, next);
                var layout = layouts[random.Next(2)];
                foreach (var wanted in (IReadOnlyDictionary<uint, uint>[])[both, after])
                {
                    foreach (var change in layout(rules.Rules, wanted, next))
                    {
                        rules.Carry(change);
                        AssertStays(rules, before, after);
                    }
                    Assert.Empty(layout(rules.Rules, wanted, next));
                    Assert.All(wanted, pair => Assert.Equal(pair.Value, rules.Walk(pair.Key).Table));
                }
                for (int packet = 0; packet < 50; packet++)
                {
                    uint foreign = (uint)random.NextInt64(uint.MaxValue) & ~next.Bits;
                    Assert.All(after, pair => Assert.Equal(pair.Value, rules.Walk(pair.Key | foreign).Table));
                    Assert.Null(rules.Walk(foreign).Table);
                    uint other = (uint)random.NextInt64(uint.MaxValue);
                    uint? table = after.TryGetValue(other & next.Bits, out uint known) ? known : null;
                    Assert.Equal(table, rules.Walk(other).Table);
                }
                (before, mask) = (after, next);
            }
        }
    });

    private static MarkMask RandomMask(Random random)
    {
        uint bits = (uint)random.Next() & (uint)random.Next();
        return random.Next(4) == 0 ? MarkMask.All : new MarkMask(bits | 1u << random.Next(31));
    }

    /// <summary>Those that are there already where they fit, and some more.</summary>
    private static Dictionary<uint, uint> MarksWithin(
        MarkMask mask, Random random, Dictionary<uint, uint> before)
    {
        var marks = before.Where(pair => mask.Fits(new FirewallMark((int)pair.Key)) && random.Next(4) > 0)
            .ToDictionary();
        for (int i = random.Next(30); i >= 0; i--)
        {
            uint mark = (uint)random.Next() & mask.Bits;
            if (mark != 0)
            {
                marks[mark] = TableOf(mark);
            }
        }
        return marks;
    }

    private static IEnumerable<uint> Bits => Enumerable.Range(0, 31).Select(bit => 1u << bit);

    private delegate IReadOnlyList<MarkRuleChange> Layout(
        IReadOnlyList<MarkRule> actual, IReadOnlyDictionary<uint, uint> tables, MarkMask mask);

    private static uint[] Marks(string choice, Random random) => choice switch
    {
        "in a row" => [.. Enumerable.Range(5001, 1000).Select(i => (uint)i)],
        "in steps of 256" => [.. Enumerable.Range(1, 1000).Select(i => (uint)i * 256)],
        "at random" => [.. Enumerable.Range(0, 1000).Select(_ => (uint)random.Next(1, int.MaxValue)).Distinct()],
        "two bits each" => [.. Bits.SelectMany(bit => Bits.Where(other => other < bit).Select(other => bit | other))],
        _ => [.. Enumerable.Range(1, 500).Select(i => (uint)i), .. Enumerable.Range(1, 500).Select(i => (uint)i << 16)],
    };

    private static Dictionary<uint, uint> Next(Dictionary<uint, uint> before, Random random)
    {
        int most = random.Next(3) == 0 ? 40 : 6;
        var after = before.Where(_ => random.Next(4) > 0 || most == 6).ToDictionary();
        for (int added = random.Next(most); added > 0; added--)
        {
            uint mark = (uint)random.Next(1, random.Next(2) == 0 ? 300 : int.MaxValue);
            after[mark] = TableOf(mark) + (uint)random.Next(2);
        }
        return after;
    }

    private static void AssertStays(PlainRules rules, Dictionary<uint, uint> before, Dictionary<uint, uint> after)
    {
        foreach (var (mark, table) in before.Where(pair => after.ContainsKey(pair.Key)))
        {
            uint? found = rules.Walk(mark).Table;
            Assert.True(found == table || found == after[mark], $"{mark}: {found}\n{string.Join('\n', rules.Rules)}");
        }
    }

    private static PlainRules Carry(PlainRules rules, IEnumerable<MarkRuleChange> changes)
    {
        foreach (var change in changes)
        {
            rules.Carry(change);
        }
        return rules;
    }

    private static Dictionary<uint, uint> Tables(uint[] marks) => marks.ToDictionary(mark => mark, TableOf);

    private static uint TableOf(uint mark) => mark + 1_000_000;
}
