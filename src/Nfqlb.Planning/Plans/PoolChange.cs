using Nfqlb.Maglev;

namespace Nfqlb.Planning.Plans;

/// <summary>A pool comes, goes, or is told something else.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Null where none was.</param>
/// <param name="After">Null where none shall be.</param>
public sealed record PoolChange(PoolName Name, PoolContent? Before, PoolContent? After) : Change
{
    /// <summary>Memory of its own: a running balancer follows after a while.</summary>
    public bool IsReplacement => Before is not null && After is not null && Before.Shape != After.Shape;

    /// <inheritdoc/>
    public override Stage Stage => After is null ? Stage.DeletePools : IsDrain ? Stage.DrainPools : Stage.FillPools;

    /// <inheritdoc/>
    public override object Subject => Name;

    /// <inheritdoc/>
    public override PoolChange Inverse => new(Name, After, Before);

    /// <inheritdoc/>
    public override IEnumerable<string> Lines => LinesNaming(mark => $"{mark}");

    /// <summary>Targets go or take nothing new any more, and that is all.</summary>
    private bool IsDrain
    {
        get
        {
            if (Before is null || !Before.IsLike(After!))
            {
                return false;
            }
            for (int slot = 0; slot < Before.Slots.Length; slot++)
            {
                if (Before.Slots[slot] != After!.Slots[slot] && After.Slots[slot] is { } comes
                    && (comes.CanTakePackets || comes.Mark != Before.Slots[slot]?.Mark))
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>The same, with words for the targets of marks.</summary>
    public IEnumerable<string> LinesNaming(Func<int, string> wordsFor)
    {
        if (After is null)
        {
            return [$"- pool {Name}"];
        }
        if (Before is null || IsReplacement)
        {
            string seed = Before is { } old && old.Shape.Seed != After.Shape.Seed ? ", with another seed" : "";
            var nobody = PoolContent.Empty(After.Shape, After.Settings);
            return
            [
                $"{(Before is null ? '+' : '~')} pool {Name} {PoolText.Of(After)}{seed}",
                .. SlotLines(nobody, After, wordsFor),
            ];
        }
        string settings = PoolText.Difference(Before.Settings, After.Settings);
        var lines = SlotLines(Before, After, wordsFor);
        return settings.Length > 0 ? lines.Prepend($"~ pool {Name}: {settings}") : lines;
    }

    /// <summary>What a pool shall be told that may have been told something else since: only what changes is touched,
    /// and of this only what still is as it was. What a health check has found stays.</summary>
    /// <param name="now">What the pool has been told; one of another shape is left as it is.</param>
    public PoolContent On(PoolContent now)
    {
        if (Before is null || After is null || now.Shape != Before.Shape || now.Shape != After.Shape)
        {
            return now;
        }
        SlotTarget?[] slots = [.. now.Slots];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            var (old, next) = (Before.Slots[slot], After.Slots[slot]);
            if (!SlotTarget.AreAskedAlike(old, next) && SlotTarget.AreAskedAlike(old, slots[slot]))
            {
                var placed = next?.InPlaceOf(slots[slot]);
                slots[slot] = placed is { } target && next!.Value.Ramp is var ramp && ramp != old?.Ramp
                    ? target with { Ramp = ramp } // It starts by this change.
                    : placed;
            }
        }
        return PoolContent.Of(now.Shape, now.Settings == Before.Settings ? After.Settings : now.Settings, slots);
    }

    private IEnumerable<string> SlotLines(PoolContent before, PoolContent after, Func<int, string> wordsFor)
    {
        for (int slot = 0; slot < after.Slots.Length; slot++)
        {
            var (old, target) = (before.Slots[slot], after.Slots[slot]);
            if (SlotTarget.AreAskedAlike(old, target))
            {
                continue;
            }
            if (old is { } was && target is { } stays && was.Mark == stays.Mark)
            {
                string difference = PoolText.Difference(was, stays);
                yield return $"~ slot {slot} of {Name}: mark {wordsFor(stays.Mark.Value)}: {difference}";
                continue;
            }
            if (old is { } goes)
            {
                yield return $"- slot {slot} of {Name}: mark {wordsFor(goes.Mark.Value)}";
            }
            if (target is { } comes)
            {
                yield return $"+ slot {slot} of {Name}: mark {wordsFor(comes.Mark.Value)}{PoolText.Of(comes)}";
            }
        }
    }
}
