namespace Nfqlb.Maglev;

/// <summary>Which targets of a pool have entries in its table.</summary>
internal static class ActiveTargets
{
    /// <summary>Those of the best priorities that have <see cref="PoolSettings.MinActive"/> targets able to take
    /// packets between them; all that are able where there are fewer. In the order in which they take turns: by
    /// slot, or in a keyed pool by name; there, a target without a name has no turn.</summary>
    public static int[] Of(PoolContent content)
    {
        IEnumerable<int> order = content.Shape.Seed is null
            ? Enumerable.Range(0, content.Slots.Length)
            : KeyedPermutations.Order(content);
        int[] able = [.. order.Where(slot => content.Slots[slot] is { CanTakePackets: true })];
        if (able.Length <= content.Settings.MinActive)
        {
            return able;
        }
        int[] priorities = [.. able.Select(slot => (int)content.Slots[slot]!.Value.Priority).Order()];
        int worst = priorities[Math.Max(content.Settings.MinActive, 1) - 1];
        return [.. able.Where(slot => content.Slots[slot]!.Value.Priority <= worst)];
    }
}
