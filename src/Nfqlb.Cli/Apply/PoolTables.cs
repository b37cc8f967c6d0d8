using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Wanted;

namespace Nfqlb.Cli.Apply;

/// <summary>Pools and what stands in their slots.</summary>
internal static class PoolTables
{
    private const int Empty = -1;

    /// <summary>What is missing, and what is too much: one publication a pool.</summary>
    /// <param name="before">What was wanted until now.</param>
    /// <param name="wanted">What is wanted from now on.</param>
    /// <param name="isWhole">Slots that nobody wants are emptied, also those that others have filled.</param>
    public static IEnumerable<Step> Compare(
        IReadOnlyList<WantedState> before, WantedState wanted, bool isWhole)
    {
        foreach (var pool in wanted.Pools)
        {
            WantedTarget[] old =
            [
                .. before.SelectMany(state => state.Pools).Where(old => old.Name == pool.Name)
                    .SelectMany(old => old.Targets),
            ];
            if (Compare(old, pool, isWhole) is { } step)
            {
                yield return step;
            }
        }
        var known = before.SelectMany(state => state.Pools).DistinctBy(pool => pool.Name.Text);
        foreach (var gone in known.Where(pool => wanted.Pools.All(other => other.Name != pool.Name)))
        {
            if (isWhole && (PoolDirectory.IsUnfinished(gone.Name) || PoolDirectory.TryOpen(gone.Name) is not null))
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
    /// <param name="old">The targets that were wanted in the pool until now.</param>
    /// <param name="wanted">What is wanted from now on.</param>
    /// <param name="isWhole">Nothing else shall stand there.</param>
    private static int[] MarksOf(int[] actual, WantedTarget[] old, WantedPool wanted, bool isWhole)
    {
        int[] marks = isWhole ? NoMarks(actual.Length) : [.. actual];
        foreach (var target in old)
        {
            // Who has put another mark there meanwhile keeps it.
            if (target.Slot < marks.Length && marks[target.Slot] == target.Mark.Value)
            {
                marks[target.Slot] = Empty;
            }
        }
        foreach (var target in wanted.Targets)
        {
            marks[target.Slot] = target.Mark.Value;
        }
        return marks;
    }

    private static Step? Compare(WantedTarget[] old, WantedPool wanted, bool isWhole)
    {
        var segment = PoolDirectory.TryOpen(wanted.Name);
        bool isNew = segment is null || segment.Size != wanted.Size || (isWhole && segment.OwnMark != wanted.OwnMark);
        if (isNew && segment is not null && !isWhole)
        {
            // Somebody has made another pool of this name; its size is not what a target is asked for.
            wanted = wanted with { Size = segment.Size };
            isNew = false;
        }
        int[] actual = isNew ? NoMarks(wanted.Size.Slots) : Read(wanted.Name)!;
        int[] marks = MarksOf(actual, old, wanted, isWhole);
        if (!isNew && marks.AsSpan().SequenceEqual(actual))
        {
            return null;
        }
        string[] lines =
        [
            .. isNew ? (string[])[$"{(segment is null ? '+' : '~')} {Describe(wanted)}"] : [],
            .. Lines(wanted.Name, actual, marks),
        ];
        return new Step(Stage.Pools, lines, () => Publish(wanted, old, isWhole, isNew))
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

    private static string Describe(WantedPool pool) =>
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

    private static void Publish(WantedPool wanted, WantedTarget[] old, bool isWhole, bool isNew)
    {
        if (isNew)
        {
            int[] marks = MarksOf(NoMarks(wanted.Size.Slots), [], wanted, isWhole: true);
            PoolDirectory.Create(wanted.Name, wanted.Size, wanted.OwnMark, marks);
            return;
        }
        PoolDirectory.Change(wanted.Name, pool =>
        {
            var actual = new int[pool.Size.Slots];
            pool.Read(actual, []);
            int[] marks = MarksOf(actual, old, wanted, isWhole);
            if (!marks.AsSpan().SequenceEqual(actual))
            {
                pool.Publish(marks);
            }
        });
    }
}
