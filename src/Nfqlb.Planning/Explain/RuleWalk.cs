using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>The way of a packet through all routing rules of its family.</summary>
/// <param name="Found">The rule that decided; null when the rules do not tell.</param>
/// <param name="Steps">How many rules were looked at.</param>
/// <param name="Passed">Rules that looked a route up and found none, in their order.</param>
public sealed record RuleWalk(RoutingRule? Found, int Steps, IReadOnlyList<RoutingRule> Passed)
{
    /// <summary>Walks.</summary>
    /// <param name="rules">In the kernel's order.</param>
    /// <param name="mark">The packet's.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="destination">Where it goes to.</param>
    /// <param name="incoming">The link it comes by; null for none.</param>
    /// <param name="hasRoute">Whether a table has a route for it.</param>
    public static RuleWalk Of(
        IReadOnlyList<RoutingRule> rules, uint mark, Address source, Address destination, string? incoming,
        Predicate<RoutingTable> hasRoute)
    {
        var passed = new List<RoutingRule>();
        int steps = 0;
        var open = new List<RoutingRule>();
        var marks = new List<MarkRule>();
        foreach (var rule in rules)
        {
            open.Add(rule);
            marks.Add(new MarkRule(
                rule.Priority, MatchOf(rule, source, destination, incoming), ActionOf(rule), rule.Action.Argument));
        }
        while (true)
        {
            var walk = MarkWalk.Of(marks, mark);
            steps += walk.Steps;
            if (walk.Found is not { } found)
            {
                return new RuleWalk(null, steps, passed);
            }
            int at = IndexOf(marks, found);
            var rule = open[at];
            if (rule.Action.Table is not { } table || hasRoute(table))
            {
                return new RuleWalk(rule, steps, passed);
            }
            passed.Add(rule);
            open.RemoveRange(0, at + 1);
            marks.RemoveRange(0, at + 1);
        }
    }

    /// <summary>What remains of a rule's conditions for this packet: that on the mark, all, or nothing.</summary>
    private static MarkMatch MatchOf(RoutingRule rule, Address source, Address destination, string? incoming)
    {
        bool holds = rule.From?.Contains(source) != false
            && rule.To?.Contains(destination) != false
            && (rule.IncomingLink is null || rule.IncomingLink == incoming);
        return holds
            ? new MarkMatch(rule.Fwmark?.Value ?? 0, rule.Fwmark?.Mask ?? 0, rule.IsInverted)
            : MarkMatch.Any with { IsInverted = !rule.IsInverted };
    }

    /// <summary>Rules that drop end the way as those do that find a route.</summary>
    private static MarkAction ActionOf(RoutingRule rule) => rule.Action.Kind switch
    {
        RuleActionKind.GoTo => MarkAction.GoTo,
        RuleActionKind.Nop => MarkAction.Nop,
        _ => MarkAction.Lookup,
    };

    /// <summary>Two that are equal decide alike, and the walk ends at the first.</summary>
    private static int IndexOf(List<MarkRule> rules, MarkRule rule)
    {
        int at = 0;
        while (rules[at] != rule)
        {
            at++;
        }
        return at;
    }
}
