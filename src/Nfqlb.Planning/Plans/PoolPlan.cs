using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>Pools, their settings, and what stands in their slots.</summary>
/// <param name="observed">What is there.</param>
/// <param name="managed">What was asked for until now.</param>
/// <param name="scope">The slots that are looked at.</param>
/// <param name="draft">Gets the changes.</param>
internal sealed class PoolPlan(ObservedState observed, Managed managed, SlotScope scope, PlanDraft draft)
{
    private const string Remedy = "`apply --adopt` takes it over";

    /// <summary>In the place of one that was never made.</summary>
    private static readonly PoolContent Unfinished =
        PoolContent.Empty(new PoolShape(new PoolSize(3, 1)), new PoolSettings(OwnMark: 0));

    /// <summary>Adds what is missing, and what is too much.</summary>
    /// <param name="desired">What is asked for.</param>
    /// <param name="left">The pools that flows leave.</param>
    /// <param name="adopts">Pools of others become ours.</param>
    /// <param name="part">The part that is compared; null for all.</param>
    public void Compare(DesiredState desired, IReadOnlySet<PoolName> left, bool adopts, Part? part = null)
    {
        foreach (var pool in desired.Pools.Where(pool => part?.Pools.Contains(pool.Name) != false))
        {
            var before = observed.Pools.GetValueOrDefault(pool.Name);
            var after = ContentOf(pool, before);
            after = after is not null && pool.SlowStart is not null && observed.HasSlowStart
                ? Started(before, after)
                : after;
            if (after is null || after.Equals(before) || (!adopts && IsRefused(pool, before, after)))
            {
                continue;
            }
            if (before is not null && left.Contains(pool.Name) && before.Shape == after.Shape)
            {
                // Until they have left, their packets find the targets that they had.
                var full = Union(after, before);
                Add(new PoolChange(pool.Name, before, full));
                Add(new PoolChange(pool.Name, full, after));
            }
            else
            {
                Add(new PoolChange(pool.Name, before, after));
            }
        }
        var names = desired.Pools.Select(pool => pool.Name).ToHashSet();
        foreach (var name in managed.Pools.Where(name => !names.Contains(name)))
        {
            Remove(name);
        }
    }

    /// <summary>Who comes starts slowly. How far others have started is not for a plan to say.</summary>
    private static PoolContent Started(PoolContent? before, PoolContent after)
    {
        SlotTarget?[] slots = [.. SlowStart.Begin(before, after).Slots];
        for (int slot = 0; slot < slots.Length && slot < before?.Slots.Length; slot++)
        {
            slots[slot] = SlotTarget.AreAskedAlike(before.Slots[slot], slots[slot]) ? after.Slots[slot] : slots[slot];
        }
        return after.With(slots);
    }

    private void Remove(PoolName name)
    {
        var before = observed.Pools.GetValueOrDefault(name);
        if (managed.HasWhole(name))
        {
            if (scope.IsWhole && (before is not null || observed.UnfinishedPools.Contains(name)))
            {
                draft.Add(new PoolChange(name, before ?? Unfinished, null));
            }
        }
        else if (before is not null)
        {
            // Somebody else's, in which we had some slots.
            SlotTarget?[] slots = [.. before.Slots];
            Empty(slots, managed.TargetsOf(name).SelectMany(targets => targets));
            Add(new PoolChange(name, before, before with { Slots = [.. slots] }));
        }
    }

    private void Add(PoolChange change)
    {
        if (change.Before is null || !change.Before.Equals(change.After))
        {
            draft.Add(change);
        }
    }

    /// <summary>What shall stand there; null where the pool is none of this command's business.</summary>
    private PoolContent? ContentOf(DesiredPool pool, PoolContent? before)
    {
        if (scope.IsWhole && !pool.IsBorrowed)
        {
            return Made(pool, before);
        }
        var old = managed.TargetsOf(pool.Name);
        var places = pool.Targets.Select(PlaceOf).ToHashSet();
        Dictionary<long, DesiredTarget>[] oldPlaces = [.. old.Select(targets => targets.ToDictionary(PlaceOf))];
        DesiredTarget[] gone =
            [.. old.SelectMany(targets => targets).Where(target => !places.Contains(PlaceOf(target)))];
        DesiredTarget[] covered =
        [
            .. pool.Targets.Where(target => scope.Names(pool.Name, target) || !Array.TrueForAll(
                oldPlaces, all => all.TryGetValue(PlaceOf(target), out var same) && same.IsInSlotAs(target))),
        ];
        if (!scope.IsWhole && gone.Length + covered.Length == 0)
        {
            return null;
        }
        if (before is null)
        {
            return Made(pool, before);
        }
        // Where somebody has made another pool of this name, its shape is not what a target is asked for.
        SlotTarget?[] slots = [.. before.Slots];
        Empty(slots, gone);
        return Fill(before, slots, before, pool.Name, covered);
    }

    private PoolContent? Made(DesiredPool pool, PoolContent? before)
    {
        var slots = new SlotTarget?[pool.Shape.Size.Slots];
        var content = PoolContent.Of(pool.Shape, pool.Settings, slots);
        return Fill(content, slots, before, pool.Name, pool.Targets.AsSpan());
    }

    /// <param name="content">Whose shape and settings it has.</param>
    /// <param name="slots">What others have in its slots.</param>
    /// <param name="before">What is there.</param>
    /// <param name="pool">Its name.</param>
    /// <param name="targets">What comes into slots.</param>
    private PoolContent? Fill(
        PoolContent content, SlotTarget?[] slots, PoolContent? before, PoolName pool,
        ReadOnlySpan<DesiredTarget> targets)
    {
        bool isKeyed = content.Shape.Seed is not null, haveNamesCome = false;
        foreach (var target in targets)
        {
            if (target.Slot >= slots.Length)
            {
                draft.Refuse($"pool [{pool}] has {slots.Length} slots, and target [{target}] has slot {target.Slot}");
                return null;
            }
            var there = before is not null && target.Slot < before.Slots.Length ? before.Slots[target.Slot] : null;
            if (isKeyed && (target.Name is null || there?.Name?.Text != target.Name))
            {
                haveNamesCome = true;
                if (!TargetName.TryParse(target.Name ?? "", out _, out string reason))
                {
                    draft.Refuse($"pool [{pool}] knows targets by name, and that of target [{target}] {reason}");
                    return null;
                }
            }
            slots[target.Slot] = target.InSlot(isKeyed).InPlaceOf(there);
        }
        var names = new HashSet<string>();
        for (int slot = 0; haveNamesCome && slot < slots.Length; slot++)
        {
            if (slots[slot]?.Name is { } name && !names.Add(name.Text))
            {
                draft.Refuse($"pool [{pool}]: somebody else has a target [{name}] too, in another slot");
                return null;
            }
        }
        return content.With(slots);
    }

    /// <summary>What others have put there is theirs, until somebody says otherwise.</summary>
    private bool IsRefused(DesiredPool pool, PoolContent? before, PoolContent after)
    {
        if (before is null || !scope.IsWhole || managed.HasWhole(pool.Name))
        {
            return false;
        }
        if (!before.IsLike(after))
        {
            draft.Refuse($"pool [{pool.Name}] is somebody else's, with {PoolText.Of(before)}: {Remedy}");
            return true;
        }
        var ours = managed.TargetsOf(pool.Name).SelectMany(targets => targets).Select(PlaceOf).ToHashSet();
        for (int slot = 0; slot < before.Slots.Length; slot++)
        {
            if (before.Slots[slot] is { } there && there != after.Slots[slot]
                && !ours.Contains(PlaceOf(slot, there.Mark.Value)))
            {
                draft.Refuse($"pool [{pool.Name}]: somebody else has put mark {there.Mark} into slot "
                    + $"{slot}{PoolText.Of(there)}: {Remedy}");
                return true;
            }
        }
        return false;
    }

    private static void Empty(SlotTarget?[] slots, IEnumerable<DesiredTarget> gone)
    {
        foreach (var target in gone)
        {
            // Who has put another mark there meanwhile keeps it.
            if (target.Slot < slots.Length && slots[target.Slot]?.Mark == target.Mark)
            {
                slots[target.Slot] = null;
            }
        }
    }

    /// <summary>The first, and what the second has in slots that are empty there, but for targets that have
    /// moved.</summary>
    private static PoolContent Union(PoolContent first, PoolContent second)
    {
        SlotTarget?[] slots = [.. first.Slots];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot] is null && second.Slots[slot] is { } old
                && (old.Name is not { } name || first.SlotOf(name) is null))
            {
                slots[slot] = old;
            }
        }
        return first with { Slots = [.. slots] };
    }

    private static long PlaceOf(DesiredTarget target) => PlaceOf(target.Slot, target.Mark.Value);

    /// <summary>Slot and mark in one.</summary>
    private static long PlaceOf(int slot, int mark) => ((long)slot << 32) + mark;
}
