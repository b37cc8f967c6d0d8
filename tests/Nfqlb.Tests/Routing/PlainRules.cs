using Nfqlb.Routing;

namespace Nfqlb.Tests.Routing;

/// <summary>The kernel's list of rules, plain and slow, with its ways of comparing them.</summary>
internal sealed class PlainRules
{
    private readonly List<(MarkRule Rule, int Age)> _rules = [];
    private int _age;
    private MarkRule[]? _sorted;

    /// <summary>By priority, then by age.</summary>
    public MarkRule[] Rules =>
        _sorted ??= [.. _rules.OrderBy(row => row.Rule.Priority).ThenBy(row => row.Age).Select(row => row.Rule)];

    public void Carry(MarkRuleChange change)
    {
        if (change.IsAddition)
        {
            Assert.DoesNotContain(Rules, rule => IsTakenForTheSame(rule, change.Rule));

            // The kernel refuses to jump backwards.
            Assert.False(change.Rule is { Action: MarkAction.GoTo } jump && jump.Argument <= jump.Priority);
            _rules.Add((change.Rule, _age++));
        }
        else
        {
            // The kernel takes the first one that it can mean.
            Assert.Equal(change.Rule, Rules.First(rule => IsMeantBy(rule, change.Rule)));
            Assert.Equal(1, _rules.RemoveAll(row => row.Rule == change.Rule));
        }
        _sorted = null;
    }

    /// <summary>net/core/fib_rules.c, rule_exists: neither `not` nor where a jump goes is compared.</summary>
    private static bool IsTakenForTheSame(MarkRule one, MarkRule other) =>
        (one.Priority, one.Action, one.Match.Value, one.Match.Mask, TableOf(one))
            == (other.Priority, other.Action, other.Match.Value, other.Match.Mask, TableOf(other));

    /// <summary>net/core/fib_rules.c, rule_find: nothing that is 0 is compared.</summary>
    private static bool IsMeantBy(MarkRule rule, MarkRule said) =>
        rule.Priority == said.Priority
        && rule.Action == said.Action
        && (said.Match.Value == 0 || said.Match.Value == rule.Match.Value)
        && (said.Match.Mask == 0 || said.Match.Mask == rule.Match.Mask)
        && (TableOf(said) == 0 || TableOf(said) == TableOf(rule));

    private static uint TableOf(MarkRule rule) => rule.Action == MarkAction.Lookup ? rule.Argument : 0;

    /// <summary>Where a mark is looked up, and after how many rules.</summary>
    public (uint? Table, int Steps) Walk(uint mark)
    {
        var rules = Rules;
        int steps = 0;
        for (int at = 0; at < rules.Length;)
        {
            var rule = rules[at];
            steps++;
            bool isSame = rule.Match.Mask == 0 || (mark & rule.Match.Mask) == rule.Match.Value;
            if (isSame == rule.Match.IsInverted)
            {
                at++;
                continue;
            }
            if (rule.Action == MarkAction.Lookup)
            {
                return (rule.Argument, steps);
            }
            int target = rule.Action == MarkAction.GoTo
                ? Array.FindIndex(rules, other => other.Priority == rule.Argument)
                : -1;
            at = target < 0 ? at + 1 : target;
        }
        return (null, steps);
    }
}
