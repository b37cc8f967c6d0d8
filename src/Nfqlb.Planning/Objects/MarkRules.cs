using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>Our rules that look at marks, between the kernel's form and that of the tree.</summary>
public static class MarkRules
{
    /// <summary>Those of a family among other rules, in their order.</summary>
    public static IReadOnlyList<MarkRule> Among(IEnumerable<RoutingRule> rules, IpFamily family) =>
        [.. rules.Where(rule => rule.Family == family).Select(Of).OfType<MarkRule>()];

    /// <summary>As the kernel has it.</summary>
    public static RoutingRule Of(MarkRule rule, IpFamily family) => new(family, rule.Priority, rule.Action switch
    {
        MarkAction.Lookup => RuleAction.LookUp(new RoutingTable(rule.Argument)),
        MarkAction.GoTo => RuleAction.GoTo(rule.Argument),
        _ => RuleAction.Nop,
    })
    {
        Fwmark = new FwmarkMatch(rule.Match.Value, rule.Match.Mask),
        IsInverted = rule.Match.IsInverted,
    };

    /// <summary>As the tree has it; null for one that is not ours.</summary>
    private static MarkRule? Of(RoutingRule rule)
    {
        var match = rule.Fwmark is { } mark ? new MarkMatch(mark.Value, mark.Mask, rule.IsInverted) : MarkMatch.Any;
        MarkAction? action = rule.Action.Kind switch
        {
            RuleActionKind.LookUp => MarkAction.Lookup,
            RuleActionKind.GoTo => MarkAction.GoTo,
            RuleActionKind.Nop => MarkAction.Nop,
            _ => null,
        };
        bool isOurs = rule.Protocol == RoutingProtocol.Nfqlb && rule.Priority is >= MarkTree.First and <= MarkTree.Last;
        if (!isOurs || action is not { } known)
        {
            return null;
        }
        var found = new MarkRule(rule.Priority, match, known, rule.Action.Argument);

        // One with other conditions, whoever gave it our number, is not what the tree has made.
        return Of(found, rule.Family) == rule ? found : null;
    }
}
