namespace Nfqlb.Routing;

/// <summary>Rules as they would be after some changes, with the changes that lead there.</summary>
/// <param name="rules">The rules that are, in the kernel's order.</param>
internal sealed class MarkRuleDraft(IEnumerable<MarkRule> rules)
{
    private readonly List<MarkRule> _rules = [.. rules];
    private readonly List<MarkRuleChange> _changes = [];

    /// <summary>In the kernel's order.</summary>
    public IReadOnlyList<MarkRule> Rules => _rules;

    public IReadOnlyList<MarkRuleChange> Changes => _changes;

    /// <summary>Puts a rule behind all others of its priority. One that is there already stays where it is.</summary>
    public void Add(MarkRule rule)
    {
        int at = MarkWalk.FirstFrom(_rules, rule.Priority);
        while (at < _rules.Count && _rules[at].Priority == rule.Priority)
        {
            if (_rules[at] == rule)
            {
                return;
            }
            at++;
        }
        _rules.Insert(at, rule);
        _changes.Add(MarkRuleChange.Add(rule));
    }

    /// <summary>Takes all rules away that are not to be kept.</summary>
    public void DeleteUnless(Func<MarkRule, bool> isKept)
    {
        _changes.AddRange(_rules.Where(rule => !isKept(rule)).Select(MarkRuleChange.Delete));
        _rules.RemoveAll(rule => !isKept(rule));
    }
}
