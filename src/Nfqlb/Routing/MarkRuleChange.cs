namespace Nfqlb.Routing;

/// <summary>One step from the rules that are to those that shall be.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="IsAddition">It comes, behind all others of its priority; else it goes.</param>
public readonly record struct MarkRuleChange(MarkRule Rule, bool IsAddition)
{
    /// <summary>The rule comes.</summary>
    public static MarkRuleChange Add(MarkRule rule) => new(rule, true);

    /// <summary>The rule goes.</summary>
    public static MarkRuleChange Delete(MarkRule rule) => new(rule, false);

    /// <summary>As a diff has it.</summary>
    public override string ToString() => $"{(IsAddition ? '+' : '-')} {Rule}";
}
