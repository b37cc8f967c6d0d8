using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>Pools and what stands in their slots.</summary>
internal static class PoolTables
{
    private const int Empty = -1;

    /// <summary>What is missing, and what is too much: one publication a pool.</summary>
    /// <param name="before">What was wanted until now.</param>
    /// <param name="wanted">What is wanted from now on.</param>
    /// <param name="scope">The slots that are looked at.</param>
    public static IEnumerable<Step> Compare(
        IReadOnlyList<DesiredState> before, DesiredState wanted, SlotScope scope)
    {
        foreach (var pool in wanted.Pools)
        {
            DesiredTarget[][] old =
            [
                .. before.Select(state => state.Pools.Where(old => old.Name == pool.Name)
                    .SelectMany(old => old.Targets).ToArray()),
            ];
            var places = PlacesOf(pool.Targets);
            HashSet<long>[] oldPlaces = [.. old.Select(PlacesOf)];
            bool IsCovered(DesiredTarget target) => scope.Names(pool.Name, target)
                || !Array.TrueForAll(oldPlaces, all => all.Contains(PlaceOf(target)));
            DesiredTarget[] gone =
                [.. old.SelectMany(targets => targets).Where(target => !places.Contains(PlaceOf(target)))];
            DesiredTarget[] covered = [.. pool.Targets.Where(IsCovered)];
            bool isMeant = scope.IsWhole || gone.Length + covered.Length > 0;
            if (isMeant && Compare(gone, pool, covered, scope.IsWhole) is { } step)
            {
                yield return step;
            }
        }
        var known = before.SelectMany(state => state.Pools).DistinctBy(pool => pool.Name.Text);
        foreach (var gone in known.Where(pool => wanted.Pools.All(other => other.Name != pool.Name)))
        {
            if (scope.IsWhole
                && (PoolDirectory.TryOpenTrusted(gone.Name) is not null || PoolDirectory.IsUnfinished(gone.Name)))
            {
                yield return new Step(
                    Stage.DeletePools, [$"- pool {gone.Name}"], () => PoolDirectory.Delete(gone.Name));
            }
        }
    }

    /// <summary>The marks in the slots of a pool; null when there is none.</summary>
    public static int[]? Read(PoolName name)
    {
        if (PoolDirectory.TryOpen(name) is not { } segment)
        {
            return null;
        }
        var marks = new int[segment.Size.Slots];
        segment.Read(marks, []);
        return marks;
    }

    /// <summary>The marks that shall stand in the slots.</summary>
    /// <param name="actual">Those that do.</param>
    /// <param name="gone">The targets that were wanted until now.</param>
    /// <param name="wanted">Those that are wanted.</param>
    /// <param name="isWhole">Nothing else shall stand there.</param>
    private static int[] MarksOf(int[] actual, DesiredTarget[] gone, IEnumerable<DesiredTarget> wanted, bool isWhole)
    {
        int[] marks = isWhole ? NoMarks(actual.Length) : [.. actual];
        foreach (var target in gone)
        {
            // Who has put another mark there meanwhile keeps it.
            if (target.Slot < marks.Length && marks[target.Slot] == target.Mark.Value)
            {
                marks[target.Slot] = Empty;
            }
        }
        foreach (var target in wanted)
        {
            marks[target.Slot] = target.Mark.Value;
        }
        return marks;
    }

    private static HashSet<long> PlacesOf(IEnumerable<DesiredTarget> targets) => [.. targets.Select(PlaceOf)];

    /// <summary>Slot and mark in one.</summary>
    private static long PlaceOf(DesiredTarget target) => ((long)target.Slot << 32) + target.Mark.Value;

    private static Step? Compare(DesiredTarget[] gone, DesiredPool wanted, DesiredTarget[] covered, bool isWhole)
    {
        var segment = PoolDirectory.TryOpenTrusted(wanted.Name);
        bool isNew = segment is null || segment.Size != wanted.Size || (isWhole && segment.OwnMark != wanted.OwnMark);
        if (isNew && segment is not null && !isWhole)
        {
            // Somebody has made another pool of this name; its size is not what a target is asked for.
            wanted = wanted with { Size = segment.Size };
            isNew = false;
        }
        int[] actual = isNew ? NoMarks(wanted.Size.Slots) : Read(wanted.Name)!;
        var targets = isNew ? wanted.Targets : [.. covered];
        int[] marks = MarksOf(actual, gone, targets, isWhole);
        if (!isNew && marks.AsSpan().SequenceEqual(actual))
        {
            return null;
        }
        string[] lines =
        [
            .. isNew ? (string[])[$"{(segment is null ? '+' : '~')} {Describe(wanted)}"] : [],
            .. Lines(wanted.Name, actual, marks),
        ];
        return new Step(Stage.Pools, lines, () => Publish(wanted, gone, covered, isWhole, isNew))
        {
            IsNoticedLate = isNew && segment is not null,
        };
    }

    private static int[] NoMarks(int slots)
    {
        var marks = new int[slots];
        Array.Fill(marks, Empty);
        return marks;
    }

    private static string Describe(DesiredPool pool) =>
        $"pool {pool.Name} M={pool.Size.Entries} N={pool.Size.Slots} ownfw={pool.OwnMark}";

    private static IEnumerable<string> Lines(PoolName pool, int[] actual, int[] marks)
    {
        for (int slot = 0; slot < marks.Length; slot++)
        {
            if (actual[slot] == marks[slot])
            {
                continue;
            }
            if (actual[slot] != Empty)
            {
                yield return $"- slot {slot} of {pool}: mark {actual[slot]}";
            }
            if (marks[slot] != Empty)
            {
                yield return $"+ slot {slot} of {pool}: mark {marks[slot]}";
            }
        }
    }

    private static void Publish(
        DesiredPool wanted, DesiredTarget[] gone, DesiredTarget[] covered, bool isWhole, bool isNew)
    {
        if (isNew)
        {
            int[] marks = MarksOf(NoMarks(wanted.Size.Slots), [], wanted.Targets, isWhole: true);
            PoolDirectory.Create(wanted.Name, wanted.Size, wanted.OwnMark, marks);
            return;
        }
        PoolDirectory.Change(wanted.Name, pool =>
        {
            var actual = new int[pool.Size.Slots];
            pool.Read(actual, []);
            int[] marks = MarksOf(actual, gone, covered, isWhole);
            if (!marks.AsSpan().SequenceEqual(actual))
            {
                pool.Publish(marks);
            }
        });
    }
}
