using Nfqlb.Maglev;

namespace Nfqlb.Planning.Plans;

/// <summary>What a pool is told, in words for people. The seed is a secret, and never among them.</summary>
internal static class PoolText
{
    /// <summary>`M=997 N=10 ownfw=0`, and what else is not as usual.</summary>
    public static string Of(PoolContent pool)
    {
        var (shape, settings) = (pool.Shape, pool.Settings);
        return $"M={shape.Size.Entries} N={shape.Size.Slots} ownfw={settings.OwnMark}"
            + (shape.Seed is null ? "" : " identity=name")
            + (settings.MinActive == 1 ? "" : $" min_active={settings.MinActive}")
            + (settings.WhenEmpty == WhenEmpty.NoTarget ? "" : $" when_empty={PoolWords.Of(settings.WhenEmpty)}");
    }

    /// <summary>What of a target is not as usual: `, weight 3, state drain`; empty for a plain one.</summary>
    public static string Of(in SlotTarget target)
    {
        var plain = new SlotTarget(target.Mark);
        return (target.Name is { } name ? $", name {name}" : "")
            + (target.Weight == plain.Weight ? "" : $", weight {target.Weight}")
            + (target.State == plain.State ? "" : $", state {PoolWords.Of(target.State)}")
            + (target.Priority == plain.Priority ? "" : $", priority {target.Priority}")
            + (target.Ramp.IsWhole ? "" : $", with {target.Ramp} of its weight");
    }

    /// <summary>`ownfw 0 -> 1, min_active 1 -> 2`; empty where there is none.</summary>
    public static string Difference(PoolSettings before, PoolSettings after) => Joined(
        Difference("ownfw", $"{before.OwnMark}", $"{after.OwnMark}"),
        Difference("min_active", $"{before.MinActive}", $"{after.MinActive}"),
        Difference("when_empty", PoolWords.Of(before.WhenEmpty), PoolWords.Of(after.WhenEmpty)));

    /// <summary>`weight 1 -> 3, state up -> drain`; empty where there is none.</summary>
    public static string Difference(in SlotTarget before, in SlotTarget after) => Joined(
        Difference("name", $"{before.Name}", $"{after.Name}"),
        Difference("weight", $"{before.Weight}", $"{after.Weight}"),
        Difference("state", PoolWords.Of(before.State), PoolWords.Of(after.State)),
        Difference("priority", $"{before.Priority}", $"{after.Priority}"));

    private static string Difference(string what, string before, string after) =>
        before == after ? "" : $"{what} {before} -> {after}";

    private static string Joined(params string[] differences) =>
        string.Join(", ", differences.Where(difference => difference.Length > 0));
}
