using System.Collections.Immutable;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Plans;

/// <summary>Pools and what stands in their slots.</summary>
/// <param name="observed">What is there.</param>
/// <param name="managed">What was asked for until now.</param>
/// <param name="scope">The slots that are looked at.</param>
/// <param name="draft">Gets the changes.</param>
internal sealed class PoolPlan(ObservedState observed, Managed managed, SlotScope scope, PlanDraft draft)
{
    private const string Remedy = "`apply --adopt` takes it over";

    /// <summary>Adds what is missing, and what is too much.</summary>
    /// <param name="desired">What is asked for.</param>
    /// <param name="left">The pools that flows leave.</param>
    /// <param name="adopts">Pools of others become ours.</param>
    public void Compare(DesiredState desired, IReadOnlySet<PoolName> left, bool adopts)
    {
        foreach (var pool in desired.Pools)
        {
            var before = observed.Pools.GetValueOrDefault(pool.Name);
            var after = ContentOf(pool, before);
            if (after is null || after.Equals(before) || (!adopts && IsRefused(pool, before, after)))
            {
                continue;
            }
            if (before is not null && left.Contains(pool.Name) && before.IsLike(after))
            {
                // Until they have left, their packets find the targets that they had.
                var full = after with { Marks = Union(after.Marks, before.Marks) };
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

    private void Remove(PoolName name)
    {
        var before = observed.Pools.GetValueOrDefault(name);
        if (managed.HasWhole(name))
        {
            if (scope.IsWhole && (before is not null || observed.UnfinishedPools.Contains(name)))
            {
                draft.Add(new PoolChange(name, before ?? PoolMarks.Of(new PoolSize(3, 1), 0), null));
            }
        }
        else if (before is not null)
        {
            // Somebody else's, in which we had some slots.
            var marks = before.Marks.ToArray();
            Empty(marks, managed.TargetsOf(name).SelectMany(targets => targets));
            Add(new PoolChange(name, before, before with { Marks = [.. marks] }));
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
    private PoolMarks? ContentOf(DesiredPool pool, PoolMarks? before)
    {
        var old = managed.TargetsOf(pool.Name);
        var places = PlacesOf(pool.Targets);
        HashSet<long>[] oldPlaces = [.. old.Select(PlacesOf)];
        DesiredTarget[] gone =
            [.. old.SelectMany(targets => targets).Where(target => !places.Contains(PlaceOf(target)))];
        DesiredTarget[] covered =
        [
            .. pool.Targets.Where(target => scope.Names(pool.Name, target)
                || !Array.TrueForAll(oldPlaces, all => all.Contains(PlaceOf(target)))),
        ];
        if (!scope.IsWhole && gone.Length + covered.Length == 0)
        {
            return null;
        }
        bool isWhole = scope.IsWhole && !pool.IsBorrowed;
        if (before is null || (isWhole && (before.Size, before.OwnMark) != (pool.Size, pool.OwnMark)))
        {
            return Fill(PoolMarks.Of(pool.Size, pool.OwnMark), pool);
        }
        // Where somebody has made another pool of this name, its size is not what a target is asked for.
        var marks = isWhole ? PoolMarks.Of(before.Size, before.OwnMark).Marks.ToArray() : [.. before.Marks];
        Empty(marks, gone);
        return Fill(before with { Marks = [.. marks] }, pool with { Targets = [.. covered] });
    }

    private PoolMarks? Fill(PoolMarks content, DesiredPool pool)
    {
        int[] marks = [.. content.Marks];
        foreach (var target in pool.Targets)
        {
            if (target.Slot >= marks.Length)
            {
                draft.Refuse(
                    $"pool [{pool.Name}] has {marks.Length} slots, and target [{target}] has slot {target.Slot}");
                return null;
            }
            marks[target.Slot] = target.Mark.Value;
        }
        return content with { Marks = [.. marks] };
    }

    /// <summary>What others have put there is theirs, until somebody says otherwise.</summary>
    private bool IsRefused(DesiredPool pool, PoolMarks? before, PoolMarks after)
    {
        if (before is null || !scope.IsWhole || managed.HasWhole(pool.Name))
        {
            return false;
        }
        if (!before.IsLike(after))
        {
            draft.Refuse($"pool [{pool.Name}] is somebody else's, with {before}: {Remedy}");
            return true;
        }
        var ours = managed.TargetsOf(pool.Name).SelectMany(targets => targets).Select(PlaceOf).ToHashSet();
        for (int slot = 0; slot < before.Marks.Length; slot++)
        {
            int mark = before.Marks[slot];
            if (mark != after.Marks[slot] && mark != PoolMarks.Empty && !ours.Contains(PlaceOf(slot, mark)))
            {
                draft.Refuse($"pool [{pool.Name}]: somebody else has put mark {mark} into slot {slot}: {Remedy}");
                return true;
            }
        }
        return false;
    }

    private static void Empty(int[] marks, IEnumerable<DesiredTarget> gone)
    {
        foreach (var target in gone)
        {
            // Who has put another mark there meanwhile keeps it.
            if (target.Slot < marks.Length && marks[target.Slot] == target.Mark.Value)
            {
                marks[target.Slot] = PoolMarks.Empty;
            }
        }
    }

    private static ImmutableArray<int> Union(ImmutableArray<int> first, ImmutableArray<int> second) =>
        [.. first.Zip(second, (mark, other) => mark == PoolMarks.Empty ? other : mark)];

    private static HashSet<long> PlacesOf(IEnumerable<DesiredTarget> targets) => [.. targets.Select(PlaceOf)];

    private static long PlaceOf(DesiredTarget target) => PlaceOf(target.Slot, target.Mark.Value);

    /// <summary>Slot and mark in one.</summary>
    private static long PlaceOf(int slot, int mark) => ((long)slot << 32) + mark;
}
