namespace Nfqlb.Maglev;

/// <summary>Which targets of a pool have entries in its table.</summary>
internal static class ActiveTargets
{
    /// <summary>Those of the best priorities that have <see cref="PoolSettings.MinActive"/> targets able to take
    /// packets between them; all that are able where there are fewer. In the order in which they take turns: by
    /// slot, or in a keyed pool by name; there, a target without a name has no turn.</summary>
    public static int[] Of(PoolContent content)
    {
        var order = content.Shape.Seed is null
            ? Enumerable.Range(0, content.Slots.Length).ToArray()
            : KeyedPermutations.Order(content);
        var able = new List<int>(order.Length);
        var priorities = new List<int>(order.Length);
        foreach (int slot in order)
        {
            if (content.Slots[slot] is { CanTakePackets: true } target)
            {
                able.Add(slot);
                priorities.Add(target.Priority);
            }
        }
        if (able.Count > content.Settings.MinActive)
        {
            priorities.Sort();
            int worst = priorities[Math.Max(content.Settings.MinActive, 1) - 1];
            able.RemoveAll(slot => content.Slots[slot]!.Value.Priority > worst);
        }
        return [.. able];
    }
}
