using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>Readers beside a writer see tables that were published, whole, and in the order of publication.</summary>
/// <remarks>
/// The marks of the n-th table are n * 1000 + slot, and each table has other slots than the one before: an entry
/// of one table with a mark of another does not add up.
/// </remarks>
public class PoolConcurrencyTests
{
    private const int Publications = 20_000;
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

    /// <summary>Two readers repeat a step while a writer publishes; a step gives the number of the table it
    /// saw.</summary>
    private static void Race(Func<PoolSegment, int, int, int> step)
    {
        var bytes = new byte[PoolSegment.BytesFor(Size)];
        var writer = PoolSegment.Format(bytes, Size, ownMark: 0);
        writer.Publish(MarksOf(0));
        var readers = new[] { bytes, bytes }.Select(shared => Task.Factory.StartNew(
            () =>
            {
                var pool = PoolSegment.Open(shared);
                int seen = 0;
                int changes = 0;
                for (int i = 0; seen < Publications; i++)
                {
                    int before = seen;
                    seen = step(pool, seen, i);
                    changes += seen != before ? 1 : 0;
                }
                return changes;
            },
            TaskCreationOptions.LongRunning)).ToArray();
        for (int number = 1; number <= Publications; number++)
        {
            writer.Publish(MarksOf(number));
        }
        int[] changes = Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();

        // Readers that never met the writer at work would prove nothing.
        Assert.All(changes, count => Assert.True(count > 10, $"a reader saw {count} changes only"));
    }

    private static int[] MarksOf(int number) =>
    [
        .. Enumerable.Range(0, Size.Slots)
            .Select(slot => Patterns[number % Patterns.Length](slot) ? number * MarksPerTable + slot : -1),
    ];
}
