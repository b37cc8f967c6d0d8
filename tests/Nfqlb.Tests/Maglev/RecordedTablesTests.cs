using System.Text.Json;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Every table that nfqlb 1.2.0 recorded comes out again, entry for entry.</summary>
public class RecordedTablesTests
{
    public static TheoryData<int> Tables => [.. Enumerable.Range(0, Recorded().Count)];

    [Theory, MemberData(nameof(Tables))]
    public void The_same_operations_give_the_same_table(int index)
    {
        var recorded = Recorded()[index];
        var size = SizeOf(recorded);
        var pool = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        foreach (var operation in recorded.GetProperty("operations").EnumerateArray())
        {
            var marks = new int[size.Slots];
            pool.Read(marks, []);
            Apply(operation, marks);
            pool.Publish(marks);
        }

        var active = new int[size.Slots];
        var lookup = new int[size.Entries];
        pool.Read(active, lookup);
        Assert.Equal(Numbers(recorded.GetProperty("active")), active);
        Assert.Equal(Numbers(recorded.GetProperty("lookup")), lookup);
    }

    [Theory, MemberData(nameof(Tables))]
    public void Every_row_draws_the_recorded_offset_and_skip(int index)
    {
        var recorded = Recorded()[index];
        var size = SizeOf(recorded);
        var permutations = new Permutation[size.Slots];
        Permutation.Draw(new GlibcRandom(), size.Entries, permutations);

        var expected = recorded.GetProperty("offset_skip").EnumerateArray()
            .Select(Numbers).Select(row => new Permutation(row[0], row[1]));
        Assert.Equal(expected, permutations);
    }

    [Theory, MemberData(nameof(Tables))]
    public void The_textbook_gives_the_recorded_table_too(int index)
    {
        var recorded = Recorded()[index];
        var table = TextbookTable.OfPool(SizeOf(recorded), Numbers(recorded.GetProperty("active")));
        Assert.Equal(Numbers(recorded.GetProperty("lookup")), table);
    }

    /// <summary>What the commands of 1.2.0 do to the slots: marks that find no empty slot are left out.</summary>
    private static void Apply(JsonElement operation, int[] slots)
    {
        var argument = operation[1];
        switch (operation[0].GetString())
        {
            case "activate":
                foreach (int mark in Numbers(argument).Where(mark => !slots.Contains(mark) && slots.Contains(-1)))
                {
                    slots[Array.IndexOf(slots, -1)] = mark;
                }
                break;
            case "deactivate":
                foreach (int mark in Numbers(argument))
                {
                    slots[Array.IndexOf(slots, mark)] = -1;
                }
                break;
            case "activate-index":
                slots[argument.GetInt32()] = operation[2].GetInt32();
                break;
            case "deactivate-index":
                slots[argument.GetInt32()] = -1;
                break;
            case var unknown:
                Assert.Fail($"unknown operation {unknown}");
                break;
        }
    }

    private static PoolSize SizeOf(JsonElement recorded)
    {
        var size = new PoolSize(
            Prime.AtOrBelow(recorded.GetProperty("M_requested").GetInt32()), recorded.GetProperty("N").GetInt32());
        Assert.Equal(recorded.GetProperty("M").GetInt32(), size.Entries);
        return size;
    }

    private static List<JsonElement> Recorded() => [.. TestData.Json("maglev-tables.json").EnumerateArray()];

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt32())];
}
