using Nfqlb.Routing;

namespace Nfqlb.Tests.Routing;

/// <summary>The kernel's list of rules, plain and slow.</summary>
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
        _sorted = null;
        if (change.IsAddition)
        {
            Assert.DoesNotContain(_rules, row => row.Rule == change.Rule);
            // The kernel refuses to jump backwards.
            Assert.False(change.Rule is { Action: MarkAction.GoTo } jump && jump.Argument <= jump.Priority);
            _rules.Add((change.Rule, _age++));
        }
        else
        {
            Assert.Equal(1, _rules.RemoveAll(row => row.Rule == change.Rule));
        }
    }

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
