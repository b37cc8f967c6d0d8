namespace Nfqlb.Routing;

/// <summary>The tables that marks are led to while targets change.</summary>
public static class MarkTables
{
    /// <summary>Those that are wanted, and of the marks that have rules now those that can keep them.</summary>
    /// <remarks>Pools may give an old mark to packets until they are told of the new ones. One that has bits outside
    /// the mask keeps its way as well, unless within the mask it is the same as another.</remarks>
    /// <param name="wanted">The table of each mark, which fits the mask.</param>
    /// <param name="actual">Our rules as they are.</param>
    /// <param name="mask">The bits that are looked at from now on.</param>
    public static IReadOnlyDictionary<uint, uint> WithThoseOf(
        IReadOnlyDictionary<uint, uint> wanted, IEnumerable<MarkRule> actual, MarkMask mask)
    {
        var tables = new Dictionary<uint, uint>(wanted);
        var taken = new HashSet<uint>(wanted.Keys);
        foreach (var rule in actual)
        {
            bool isOfMark = rule is { Action: MarkAction.Lookup, Match: { Value: not 0, IsInverted: false } };
            if (isOfMark && taken.Add(rule.Match.Value & mask.Bits))
            {
                tables.Add(rule.Match.Value, rule.Argument);
            }
        }
        return tables;
    }
}
