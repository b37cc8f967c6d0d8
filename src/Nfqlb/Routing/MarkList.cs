namespace Nfqlb.Routing;

/// <summary>Routing rules in a row, one a mark: what people write, and what other tools know to read.</summary>
/// <remarks>The kernel walks half of them for a marked packet, and all for any other: 1,000 halve its rate.</remarks>
public static class MarkList
{
    /// <summary>Of all of them.</summary>
    internal const uint Priority = MarkTree.First + 4;

    /// <summary>The steps to a rule for each of these marks. Adds before it deletes.</summary>
    /// <param name="actual">Our rules as they are, in the kernel's order.</param>
    /// <param name="tables">The table of each mark.</param>
    /// <param name="mask">The bits that are looked at.</param>
    /// <returns>To be carried out one by one; none when nothing is to be done.</returns>
    public static IReadOnlyList<MarkRuleChange> Change(
        IReadOnlyList<MarkRule> actual, IReadOnlyDictionary<uint, uint> tables, MarkMask mask = default)
    {
        var draft = new MarkRuleDraft(actual);
        var wanted = new HashSet<MarkRule>();
        foreach (var (mark, table) in tables)
        {
            var rule = RuleOf(mark, table, mask);
            wanted.Add(rule);
            draft.Add(rule);
        }
        draft.DeleteUnless(wanted.Contains);
        return draft.Changes;
    }

    private static MarkRule RuleOf(uint mark, uint table, MarkMask mask) =>
        new(Priority, MarkMatch.Only(mark, mask), MarkAction.Lookup, table);
}
