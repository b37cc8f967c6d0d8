using Nfqlb.ControlPlane.Host;
using Nfqlb.Maglev;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Pools as shared memory keeps them.</summary>
/// <param name="fault">What is refused.</param>
internal sealed class ModelPools(Fault fault) : IPools
{
    public Dictionary<PoolName, PoolContent> Pools { get; } = [];

    public PoolContent? Read(PoolName name) => Pools.GetValueOrDefault(name);

    public bool IsUnfinished(PoolName name) => false;

    public void RemoveUnfinished(PoolName name)
    {
    }

    public void SetHealth(PoolName name, IReadOnlyList<SlotHealth> all) => Pools[name] = Pools[name] with
    {
        Slots =
        [
            .. Pools[name].Slots.Select((target, slot) => target is { } there
                && all.Where(one => one.Slot == slot && one.Mark == there.Mark).ToList() is [.., var told]
                ? there with { Health = told.Health }
                : target),
        ],
    };

    public void Carry(PoolChange change)
    {
        fault.ThrowOnNext();
        switch (change)
        {
            case { After: null }:
                Pools.Remove(change.Name);
                break;
            case { Before: { } before, After: { } after } when before.Shape == after.Shape:
                var there = Pools[change.Name];
                var settings = there.Settings == before.Settings ? after.Settings : there.Settings;
                Pools[change.Name] = new PoolContent(there.Shape, settings,
                [
                    .. there.Slots.Select((target, slot) =>
                        !SlotTarget.AreAskedAlike(target, before.Slots[slot])
                            || SlotTarget.AreAskedAlike(before.Slots[slot], after.Slots[slot])
                            ? target
                            : after.Slots[slot]?.InPlaceOf(target)),
                ]);
                break;
            case { After: { } after }:
                Pools[change.Name] = after;
                break;
        }
    }
}
