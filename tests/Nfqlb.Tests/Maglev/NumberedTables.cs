using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>What a writer publishes one after the other so that readers can tell a mix.</summary>
/// <remarks>
/// The marks of the n-th table are n * 1000 + slot, and each table has other slots than the one before: an entry
/// of one table with a mark of another does not add up.
/// </remarks>
internal static class NumberedTables
{
    /// <summary>Marks lie this far apart from table to table.</summary>
    public const int MarksPerTable = 1_000;

    /// <summary>Of all of them.</summary>
    public static PoolSize Size { get; } = new(101, 10);

    /// <summary>Slots that are active in turn: all, the even ones, the odd ones.</summary>
    private static readonly Func<int, bool>[] Patterns = [_ => true, slot => slot % 2 == 0, slot => slot % 2 == 1];

    private static readonly int[][] Entries =
        [.. Patterns.Select((_, number) => TextbookTable.OfPool(Size, MarksOf(number)))];

    /// <summary>All that can differ does: weights are equal among the targets of a table, and another for the next.
    /// </summary>
    public static PoolContent ContentOf(PoolShape shape, int number)
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

    /// <summary>The slot of each entry of the n-th table.</summary>
    public static int[] EntriesOf(int number) => Entries[number % Entries.Length];

    /// <summary>The slot whose mark is the own one: one that is active in the table.</summary>
    public static int OwnSlotOf(int number) => number % Patterns.Length == 2 ? 1 : 0;

    /// <summary>By slot, -1 for none.</summary>
    public static int[] MarksOf(int number) =>
    [
        .. Enumerable.Range(0, Size.Slots)
            .Select(slot => Patterns[number % Patterns.Length](slot) ? number * MarksPerTable + slot : -1),
    ];

    /// <summary>The table that slot and mark of an entry belong to; null when they are a mix, or none.</summary>
    public static int? NumberOf(int entry, int? slot, int? mark)
    {
        int number = (mark ?? 0) / MarksPerTable;
        return mark is { } found && found % MarksPerTable == slot && EntriesOf(number)[entry] == slot ? number : null;
    }
}
