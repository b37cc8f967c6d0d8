using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>Readers beside a writer see tables that were published, whole, and in the order of publication.</summary>
/// <remarks>
/// The marks of the n-th table are n * 1000 + slot, and each table has other slots than the one before: an entry
/// of one table with a mark of another does not add up.
/// </remarks>
public class PoolConcurrencyTests
{
    private const int TablesToSee = 1_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private const int MarksPerTable = 1_000;
    private static readonly PoolSize Size = new(101, 10);

    /// <summary>Slots that are active in turn: all, the even ones, the odd ones.</summary>
    private static readonly Func<int, bool>[] Patterns = [_ => true, slot => slot % 2 == 0, slot => slot % 2 == 1];

    private static readonly int[][] Tables =
        [.. Patterns.Select((_, number) => TextbookTable.OfPool(Size, MarksOf(number)))];

    [Fact]
    public void A_look_up_finds_slot_and_mark_of_one_table() => Race((pool, lastSeen, step) =>
    {
        var location = pool.Locate((uint)step);
        Assert.NotNull(location.Mark); // A hole.
        int number = location.Mark.Value.Value / MarksPerTable;
        Assert.Equal(location.Slot, location.Mark.Value.Value % MarksPerTable); // A mix.
        Assert.Equal(Tables[number % Tables.Length][location.Entry], location.Slot); // A mix.
        Assert.True(number >= lastSeen, $"table {number} after {lastSeen}");
        return number;
    });

    [Fact]
    public void A_copy_is_one_table() => Race((pool, lastSeen, _) =>
    {
        var (marks, entries) = Pools.Reading(pool);
        int number = marks.Max() / MarksPerTable;
        Assert.Equal(MarksOf(number), marks);
        Assert.Equal(Tables[number % Tables.Length], entries);
        Assert.True(number >= lastSeen, $"table {number} after {lastSeen}");
        return number;
    });

    /// <summary>The own mark of the n-th table is the mark of one of its slots. It used to stand beside the sides: a
    /// reader that met the new one with the old table took itself for another balancer.</summary>
    [Fact]
    public void The_own_mark_is_that_of_the_table() => Race((pool, lastSeen, step) =>
    {
        bool isOther = pool.TryFindOther((uint)step, out int slot, out var mark);
        int number = mark.Value / MarksPerTable;
        Assert.Equal(slot, mark.Value % MarksPerTable);
        Assert.Equal(slot != OwnSlotOf(number), isOther);
        Assert.True(number >= lastSeen, $"table {number} after {lastSeen}");
        return number;
    });

    [Fact]
    public void A_snapshot_is_one_publication() => Race((pool, lastSeen, _) =>
    {
        var snapshot = pool.Snapshot();
        int number = snapshot.Content.Settings.OwnMark / MarksPerTable;
        Assert.Equal(ContentOf(pool.Shape, number), snapshot.Content);
        Assert.Equal(Tables[number % Tables.Length], snapshot.Entries);
        Assert.True(number >= lastSeen, $"table {number} after {lastSeen}");
        return number;
    });

    /// <summary>Two readers repeat a step, which gives the number of the table it saw, while a writer publishes until
    /// both have seen many.</summary>
    private static void Race(Func<PoolSegment, int, int, int> step)
    {
        var bytes = new byte[PoolSegment.BytesFor(Size)];
        var writer = PoolSegment.Format(bytes, Size, ownMark: 0);
        writer.Publish(ContentOf(writer.Shape, 0));
        void Read()
        {
            var pool = PoolSegment.Open(bytes);
            int last = 0;
            for (int i = 0, seen = 0; seen < TablesToSee; i++)
            {
                int number = step(pool, last, i);
                seen += number == last ? 0 : 1;
                last = number;
            }
        }
        var readers = Task.WhenAll(
            Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning));
        using var limit = new CancellationTokenSource(Limit);
        for (int number = 1; !readers.IsCompleted && !limit.IsCancellationRequested; number++)
        {
            writer.Publish(ContentOf(writer.Shape, number));
        }
        Assert.True(readers.IsCompleted, "the readers met the writer too rarely");
        readers.GetAwaiter().GetResult();
    }

    /// <summary>All that can differ does: weights are equal among the targets of a table, and another for the next.
    /// </summary>
    private static PoolContent ContentOf(PoolShape shape, int number)
    {
        var settings = new PoolSettings(number * MarksPerTable + OwnSlotOf(number)) { MinActive = 1 + number % 50 };
        var content = PoolContent.Empty(shape, settings).WithMarks(MarksOf(number));
        return content with
        {
            Slots =
            [
                .. content.Slots.Select(target => target is { } known
                    ? known with { Weight = (ushort)(1 + number % 60_000), Health = (TargetHealth)(number % 2) }
                    : (SlotTarget?)null),
            ],
        };
    }

    /// <summary>One that is active in the table.</summary>
    private static int OwnSlotOf(int number) => number % Patterns.Length == 2 ? 1 : 0;

    private static int[] MarksOf(int number) =>
    [
        .. Enumerable.Range(0, Size.Slots)
            .Select(slot => Patterns[number % Patterns.Length](slot) ? number * MarksPerTable + slot : -1),
    ];
}
