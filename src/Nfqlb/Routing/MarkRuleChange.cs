namespace Nfqlb.Routing;

/// <summary>One step from the rules that are to those that shall be.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="IsAddition">It comes, behind all others of its priority; else it goes.</param>
public sealed record MarkRuleChange(MarkRule Rule, bool IsAddition)
{
    /// <summary>The rule comes.</summary>
    public static MarkRuleChange Add(MarkRule rule) => new(rule, true);

    /// <summary>The rule goes.</summary>
    public static MarkRuleChange Delete(MarkRule rule) => new(rule, false);

    /// <summary>The rules as they are after some changes.</summary>
    /// <param name="rules">The rules that are, in the kernel's order.</param>
    /// <param name="changes">In the order in which they are carried out.</param>
    public static IReadOnlyList<MarkRule> After(
        IReadOnlyList<MarkRule> rules, IReadOnlyList<MarkRuleChange> changes)
    {
        var deleted = changes.Where(change => !change.IsAddition).Select(change => change.Rule).ToHashSet();
        var draft = new MarkRuleDraft(rules);
        draft.DeleteUnless(rule => !deleted.Contains(rule));
        foreach (var change in changes.Where(change => change.IsAddition))
        {
            draft.Add(change.Rule);
        }
        return draft.Rules;
    }

    /// <summary>As a diff has it.</summary>
    public override string ToString() => $"{(IsAddition ? '+' : '-')} {Rule}";
}
