using Nfqlb.Maglev;
using static Nfqlb.Tests.Maglev.NumberedTables;

namespace Nfqlb.Tests.Maglev;

/// <summary>Readers beside a writer see tables that were published, whole, and in the order of publication.</summary>
/// <remarks><see cref="NumberedTables"/> do not add up when they are mixed.</remarks>
public class PoolConcurrencyTests
{
    private const int TablesToSee = 1_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_look_up_finds_slot_and_mark_of_one_table() => Race((pool, lastSeen, step) =>
    {
        var location = pool.Locate((uint)step);
        int? number = NumberOf(location.Entry, location.Slot, location.Mark?.Value);
        Assert.True(number >= lastSeen, $"{location} after table {lastSeen}"); // neither a hole nor a mix
        return number.Value;
    });

    [Fact]
    public void A_copy_is_one_table() => Race((pool, lastSeen, _) =>
    {
        var (marks, entries) = Pools.Reading(pool);
        int number = marks.Max() / MarksPerTable;
        Assert.Equal(MarksOf(number), marks);
        Assert.Equal(EntriesOf(number), entries);
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
        Assert.Equal(EntriesOf(number), snapshot.Entries);
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
}
