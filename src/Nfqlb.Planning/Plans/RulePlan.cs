using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Plans;

/// <summary>The rules that lead marks to the tables of targets, and packets from virtual addresses to theirs.</summary>
internal static class RulePlan
{
    private static readonly IpFamily[] Families = [IpFamily.Ipv4, IpFamily.Ipv6];

    /// <summary>Adds what the targets lack, and what they need no more.</summary>
    public static void CompareMarks(DesiredState desired, ObservedState observed, PlanDraft draft)
    {
        var tables = new Dictionary<uint, uint>();
        foreach (var (_, target) in desired.Targets.Where(pair => pair.Target.HasWay))
        {
            tables[(uint)target.Mark.Value] = target.Table;
        }
        foreach (var family in Families)
        {
            // Marks that have a table keep it until no pool gives them any more.
            var rules = MarkRules.Among(observed.Rules, family);
            var additions = Change(desired, rules, MarkTables.WithThoseOf(tables, rules, desired.MarkMask));
            draft.AddAll(additions.Select(change => Of(change, family, Stage.AddRules)));
            var deletions = Change(desired, MarkRuleChange.After(rules, additions), tables);
            draft.AddAll(deletions.Select(change => Of(change, family, Stage.DeleteRules)));
        }
    }

    /// <summary>Adds what the virtual addresses lack, and what they need no more.</summary>
    public static void CompareEgress(DesiredState desired, ObservedState observed, PlanDraft draft)
    {
        var actual = observed.Rules.Where(EgressRules.Holds).ToHashSet();
        var rules = desired.Vips.SelectMany(EgressRules.Of).ToHashSet();
        draft.AddAll(rules.Except(actual).Select(rule => new RuleChange(rule, true) { When = Stage.AddRules }));
        draft.AddAll(actual.Except(rules).Select(rule => new RuleChange(rule, false) { When = Stage.DeleteRules }));
    }

    private static IReadOnlyList<MarkRuleChange> Change(
        DesiredState desired, IReadOnlyList<MarkRule> rules, IReadOnlyDictionary<uint, uint> tables) =>
        desired.Rules == RuleLayout.Flat
            ? MarkList.Change(rules, tables, desired.MarkMask)
            : MarkTree.Change(rules, tables, desired.MarkMask);

    private static RuleChange Of(MarkRuleChange change, IpFamily family, Stage stage) =>
        new(MarkRules.Of(change.Rule, family), change.IsAddition) { When = stage };
}
