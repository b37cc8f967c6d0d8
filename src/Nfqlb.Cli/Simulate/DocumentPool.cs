using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Simulate;

/// <summary>A pool that a document asks for, to be simulated.</summary>
internal static class DocumentPool
{
    /// <summary>What the pool would be told. In a pool that knows targets by slot, one without a name that events could
    /// name is called by its slot.</summary>
    public static PoolContent Of(DesiredPool pool)
    {
        var slots = new SlotTarget?[pool.Size.Slots];
        foreach (var target in pool.Targets)
        {
            bool isNamed = TargetName.TryParse(target.Name ?? "", out var name, out _);
            slots[target.Slot] = target.InSlot(isKeyed: false) with
            {
                Name = isNamed ? name : new TargetName($"{target.Slot}"),
            };
        }
        return new PoolContent(pool.Shape, pool.Settings, [.. slots]);
    }
}
