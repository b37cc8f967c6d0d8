using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Plans;

/// <summary>Changes for people: each line with the target that it is about, and all in one line.</summary>
/// <param name="states">What targets are called: as it was, and as it shall be.</param>
public sealed class ChangeText(params DesiredState[] states)
{
    private readonly ILookup<uint, string> _byTable = states
        .SelectMany(state => state.Targets).Where(pair => pair.Target.HasWay)
        .ToLookup(pair => pair.Target.Table, NameOf);

    private readonly ILookup<string, string> _byMark = states
        .SelectMany(state => state.Targets).ToLookup(pair => KeyOf(pair.Pool.Name, pair.Target.Mark.Value), NameOf);

    /// <summary>A change as a diff.</summary>
    public IEnumerable<string> Lines(Change change)
    {
        if (change is PoolChange pool)
        {
            return pool.LinesNaming(mark => $"{mark}{Words(_byMark[KeyOf(pool.Name, mark)])}");
        }
        uint? table = change switch
        {
            RouteChange route => (route.After ?? route.Before)!.Table.Id,
            RuleChange rule => rule.Rule.Action.Table?.Id,
            _ => null,
        };
        string words = table is { } id ? Words(_byTable[id]) : "";
        return change.Lines.Select(line => line + words);
    }

    /// <summary>How many there are of each kind: `3 changes: 2 routes, 1 flow`.</summary>
    public static string Summary(IReadOnlyCollection<Change> changes) => Number(changes.Count, "change")
        + (changes.Count == 0 ? "" : ": ")
        + string.Join(", ", changes.GroupBy(KindOf).Select(kind => Number(kind.Count(), kind.Key)));

    private static string Words(IEnumerable<string> names)
    {
        string all = string.Join(", ", names.Distinct());
        return all.Length == 0 ? "" : $" (target {all})";
    }

    private static string NameOf(PooledTarget pair) =>
        $"{pair.Pool.Name}/{pair.Target.Name ?? $"{pair.Target.Slot}"}";

    private static string KeyOf(PoolName pool, int mark) => $"{pool}/{mark}";

    private static string KindOf(Change change) => change switch
    {
        FeatureChange => "link feature",
        RouteChange => "route",
        RuleChange => "rule",
        PoolChange => "pool",
        FlowChange => "flow",
        VipTableChange => "set of virtual addresses",
        _ => "setting",
    };

    private static string Number(int count, string kind) => count == 1 ? $"1 {kind}"
        : kind.StartsWith("set ", StringComparison.Ordinal) ? $"{count} {kind.Replace("set", "sets")}"
        : $"{count} {kind}s";
}
