using System.Numerics;

namespace Nfqlb.Routing;

/// <summary>Routing rules that find the table of a mark in a few steps, however many marks there are.</summary>
/// <remarks>
/// <para>
/// The kernel walks rules one by one. So a rule looks at one bit of the mark and jumps, down to groups of a few marks
/// that are tried one by one. Each rule splits the marks as evenly as one bit can, so marks may be any; a way has at
/// most 31 jumps, and about log2(n / 8) for marks that are numbered in a row.
/// </para>
/// <para>
/// Priorities, from <see cref="First"/> on: two guards, by which packets with other marks, or none, leave at once; two
/// places for the root, which jumps to one of two halves; the halves, only one of them in use; a last rule to leave by.
/// Guards and roots have a priority each, because the kernel takes two that differ only in `not`, or in where they jump
/// to, for the same.
/// </para>
/// <para>
/// A change adds before it deletes. New marks go into the groups they belong to; when a group has become too long, the
/// tree is built anew in the other half, and one rule, the root, switches over. After every single step each mark that
/// was there before and shall be there after has its table, also when the step was the last one of a process that died.
/// </para>
/// </remarks>
public static class MarkTree
{
    /// <summary>The lowest priority of ours.</summary>
    public const uint First = 10_000;

    /// <summary>The highest priority of ours.</summary>
    public const uint Last = HalfB + HalfSize;

    /// <summary>Most rules that a mark may pass before the tree is built anew.</summary>
    public const int MostSteps = 60;

    private const uint HalfSize = 8_000;
    private const uint ForeignGuard = First;
    private const uint UnmarkedGuard = First + 1;
    private const uint FirstRoot = First + 2;
    private const uint SecondRoot = First + 3;
    private const uint HalfA = MarkList.Priority + 1;
    private const uint HalfB = HalfA + HalfSize;
    private const int MarksInGroup = 8;

    /// <summary>Jumps and ends together are at most two a mark, when every mark is a group of its own.</summary>
    private const int MostRulesAMark = 3;
    private const int FewRules = 64;

    private static readonly MarkRule Exit = new(Last, MarkMatch.Any, MarkAction.Nop);

    /// <summary>The steps to a tree for these marks.</summary>
    /// <param name="actual">Our rules as they are, in the kernel's order.</param>
    /// <param name="tables">The table of each mark.</param>
    /// <param name="mask">The bits that are looked at. A mark with others too keeps its way until it is gone.</param>
    /// <returns>To be carried out one by one; none when nothing is to be done.</returns>
    public static IReadOnlyList<MarkRuleChange> Change(
        IReadOnlyList<MarkRule> actual, IReadOnlyDictionary<uint, uint> tables, MarkMask mask = default)
    {
        if (tables.Count == 0)
        {
            var none = new MarkRuleDraft(actual);
            none.DeleteUnless(_ => false);
            return none.Changes;
        }
        return TryExtend(actual, tables, mask) ?? Rebuild(actual, tables, mask);
    }

    /// <summary>Adds marks to their groups.</summary>
    /// <returns>Null when the rules are no tree, or have grown too long.</returns>
    private static IReadOnlyList<MarkRuleChange>? TryExtend(
        IReadOnlyList<MarkRule> actual, IReadOnlyDictionary<uint, uint> tables, MarkMask mask)
    {
        if (RootInUse(actual) is not { } root || !actual.Contains(Exit))
        {
            return null;
        }
        uint half = root.Argument;
        var draft = new MarkRuleDraft(actual);
        WidenGuards(draft, tables);
        var leaves = new HashSet<MarkRule>();
        foreach (var (mark, table) in tables)
        {
            var walk = MarkWalk.Of(draft.Rules, mark);
            var match = MarkMatch.Only(mark, mask);
            if (GroupOf(walk, match) is not { } group || !IsIn(half, group) || walk.Steps > MostSteps)
            {
                return null;
            }
            var leaf = new MarkRule(group, match, MarkAction.Lookup, table);
            draft.Add(leaf);
            leaves.Add(leaf);
        }
        draft.DeleteUnless(rule => rule.Action == MarkAction.Lookup
            ? leaves.Contains(rule)
            : IsIn(half, rule.Priority) || IsGuard(rule) || rule == root || rule == Exit);
        NarrowGuards(draft, tables, mask);
        bool isBloated = draft.Rules.Count > MostRulesAMark * tables.Count + FewRules;
        return isBloated ? null : draft.Changes;
    }

    private static IReadOnlyList<MarkRuleChange> Rebuild(
        IReadOnlyList<MarkRule> actual, IReadOnlyDictionary<uint, uint> tables, MarkMask mask)
    {
        var old = RootInUse(actual);
        uint half = old?.Argument == HalfA ? HalfB : HalfA;

        // Behind the old root it counts once that goes, in front of it at once.
        var root = RootOf(old?.Priority == FirstRoot ? SecondRoot : FirstRoot, half);
        var draft = new MarkRuleDraft(actual);
        WidenGuards(draft, tables);
        draft.DeleteUnless(rule => !IsIn(half, rule.Priority) && (rule.Priority != root.Priority || rule == root));
        draft.Add(Exit);

        // The last goes in first: the kernel seeks the place of a new rule from the front, and at each one goes through
        // all of them once more while any jump leads to a rule that is not there yet.
        foreach (var rule in Build(half, tables, mask).OrderByDescending(rule => rule.Priority))
        {
            draft.Add(rule);
        }
        draft.Add(root);
        draft.DeleteUnless(rule => IsIn(half, rule.Priority) || IsGuard(rule) || rule == root || rule == Exit);
        NarrowGuards(draft, tables, mask);
        return draft.Changes;
    }

    private static List<MarkRule> Build(uint half, IReadOnlyDictionary<uint, uint> tables, MarkMask mask)
    {
        uint[] marks = [.. tables.Keys];
        Array.Sort(marks);
        for (int most = MarksInGroup; ; most *= 2)
        {
            var rules = new List<MarkRule>();
            uint next = AddSubtree(rules, half, marks, most, mask);
            if (next <= half + HalfSize)
            {
                // Leaves know their marks but not yet their tables.
                return [.. rules.Select(rule =>
                    rule.Action == MarkAction.Lookup ? rule with { Argument = tables[rule.Match.Value] } : rule)];
            }
        }
    }

    /// <returns>The first priority behind the subtree.</returns>
    private static uint AddSubtree(List<MarkRule> rules, uint priority, uint[] marks, int most, MarkMask mask)
    {
        uint bit = marks.Length <= most ? 0 : MostEvenBit(marks, mask);
        if (bit == 0)
        {
            foreach (uint mark in marks)
            {
                rules.Add(new MarkRule(priority, MarkMatch.Only(mark, mask), MarkAction.Lookup));
            }
            rules.Add(EndOf(priority));
            return priority + 2;
        }
        uint[] without = Array.FindAll(marks, mark => (mark & bit) == 0);
        uint[] with = Array.FindAll(marks, mark => (mark & bit) != 0);
        int jump = rules.Count;
        rules.Add(Exit);
        uint target = AddSubtree(rules, priority + 1, without, most, mask);
        rules[jump] = new MarkRule(priority, new MarkMatch(bit, bit), MarkAction.GoTo, target);
        return AddSubtree(rules, target, with, most, mask);
    }

    /// <summary>The bit of the mask that splits marks best; 0 where none does: they differ in other bits.</summary>
    private static uint MostEvenBit(uint[] marks, MarkMask mask)
    {
        uint best = 0;
        int least = marks.Length;
        for (uint bits = mask.Bits; bits != 0; bits &= bits - 1)
        {
            uint bit = bits & ~(bits - 1);
            int with = 0;
            foreach (uint mark in marks)
            {
                with += (mark & bit) != 0 ? 1 : 0;
            }
            int difference = Math.Abs(2 * with - marks.Length);
            (best, least) = difference < least ? (bit, difference) : (best, least);
        }
        return best;
    }

    /// <summary>Rules by which packets that carry none of these marks leave at once.</summary>
    private static MarkRule[] GuardsOf(IReadOnlyDictionary<uint, uint> tables, MarkMask mask)
    {
        uint all = uint.MaxValue;
        uint any = 0;
        foreach (uint mark in tables.Keys)
        {
            all &= mark;
            any |= mark;
        }
        uint shared = (all | ~any) & mask.Bits;
        var foreign = new MarkRule(
            ForeignGuard, new MarkMatch(all & shared, shared, IsInverted: true), MarkAction.GoTo, Last);
        var unmarked = new MarkRule(UnmarkedGuard, MarkMatch.Only(0, mask), MarkAction.GoTo, Last);
        MarkRule[] guards = shared == 0 ? [] : [foreign];
        bool isZeroLeft = (all & shared) == 0 && !TurnsAway(unmarked, tables);
        return isZeroLeft ? [.. guards, unmarked] : guards;
    }

    /// <summary>Takes guards away that would turn a mark away.</summary>
    private static void WidenGuards(MarkRuleDraft draft, IReadOnlyDictionary<uint, uint> tables) =>
        draft.DeleteUnless(rule => !IsGuard(rule) || !TurnsAway(rule, tables));

    private static bool TurnsAway(MarkRule guard, IReadOnlyDictionary<uint, uint> tables)
    {
        foreach (uint mark in tables.Keys)
        {
            if (guard.Match.Holds(mark))
            {
                return true;
            }
        }
        return false;
    }

    private static void NarrowGuards(
        MarkRuleDraft draft, IReadOnlyDictionary<uint, uint> tables, MarkMask mask)
    {
        MarkRule[] guards = GuardsOf(tables, mask);
        draft.DeleteUnless(rule => !IsGuard(rule) || guards.Contains(rule));
        Array.ForEach(guards, draft.Add);
    }

    /// <summary>The priority of the group where a mark was found, or where it would have to be.</summary>
    private static uint? GroupOf(MarkWalk walk, MarkMatch match) => walk switch
    {
        { Found: { } found } => found.Match == match ? found.Priority : null,
        { Left: { } left } when left == EndOf(left.Priority - 1) => left.Priority - 1,
        _ => null,
    };

    /// <summary>Of two roots the first one is in force.</summary>
    private static MarkRule? RootInUse(IReadOnlyList<MarkRule> rules) =>
        rules.FirstOrDefault(IsRoot);

    private static bool IsRoot(MarkRule rule) =>
        rule is { Priority: FirstRoot or SecondRoot, Action: MarkAction.GoTo, Argument: HalfA or HalfB }
        && rule.Match == MarkMatch.Any;

    private static bool IsGuard(MarkRule rule) => rule.Priority is ForeignGuard or UnmarkedGuard;

    private static bool IsIn(uint half, uint priority) => priority >= half && priority < half + HalfSize;

    private static MarkRule RootOf(uint priority, uint half) => new(priority, MarkMatch.Any, MarkAction.GoTo, half);

    private static MarkRule EndOf(uint group) => new(group + 1, MarkMatch.Any, MarkAction.GoTo, Last);
}
