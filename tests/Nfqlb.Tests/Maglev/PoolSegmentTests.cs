using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>A pool against a naive model, and writers that die.</summary>
public class PoolSegmentTests
{
    private static readonly PoolSize[] Sizes = [new(3, 3), new(23, 4), new(101, 10), new(251, 40)];

    private abstract record Operation;

    private sealed record Publish(int[] Marks) : Operation;

    private sealed record Clear(int OwnMark) : Operation;

    private sealed record Reopen : Operation;

    /// <summary>A writer fills the side not in force with this, and dies before it is done.</summary>
    private sealed record DieWriting(byte Garbage) : Operation;

    private sealed record Retire : Operation;

    [Fact]
    public void Any_sequence_of_operations_leaves_what_a_naive_model_says() =>
        Seeded.ForAll(Sequences(), c => Replay(c.Size, c.Operations), count: 300);

    [Fact]
    public void A_new_pool_has_no_target_for_any_hash()
    {
        var pool = PoolSegment.Format(new byte[PoolSegment.BytesFor(Pools.Small)], Pools.Small, ownMark: 7);
        Assert.Equal(7, pool.OwnMark);
        Assert.False(pool.IsRetired);
        for (uint hash = 0; hash < 100; hash++)
        {
            Assert.Null(pool.Locate(hash).Mark);
            Assert.Equal(new Location((int)(hash % 23), null, null), pool.Locate(hash));
        }
    }

    [Fact]
    public void A_look_up_names_entry_slot_and_mark()
    {
        var pool = Pools.Of(Pools.Small, 16717, 30950, 42703, 6152); // recorded: entries 2 2 1 1 …
        Assert.Equal(new Location(0, 2, new FirewallMark(42703)), pool.Locate(23));
        Assert.Equal(new Location(2, 1, new FirewallMark(30950)), pool.Locate(25));
        uint lastEntry = uint.MaxValue - uint.MaxValue % 23 - 1;
        Assert.Equal(new Location(22, 2, new FirewallMark(42703)), pool.Locate(lastEntry));
    }

    [Fact]
    public void Mark_0_is_a_mark() => Assert.Equal(new FirewallMark(0), Pools.Of(Pools.Small, 0).Locate(5).Mark);

    [Fact]
    public void Whoever_has_it_open_learns_that_it_is_retired_and_may_still_look_up()
    {
        byte[] bytes = Pools.BytesOf(Pools.Small, 5);
        var reader = PoolSegment.Open(bytes);
        PoolSegment.Open(bytes).Retire();
        Assert.True(reader.IsRetired);
        Assert.Equal(new FirewallMark(5), reader.Locate(1).Mark);
    }

    [Fact]
    public void A_pool_that_a_balancer_uses_can_be_replaced_between_two_look_ups()
    {
        var pool = new TargetPool(new PoolName("lb"), Pools.Of(Pools.Small, 1), workers: 1);
        Assert.Equal(new FirewallMark(1), pool.Find(Pools.Packet(5), lengthBytes: 60, worker: 0));
        pool.Segment = Pools.Of(new PoolSize(101, 10), 2);
        Assert.Equal(new FirewallMark(2), pool.Find(Pools.Packet(5), lengthBytes: 60, worker: 0));
    }

    [Fact]
    public void Packets_are_counted_by_slot_over_all_workers()
    {
        var pool = new TargetPool(new PoolName("lb"), Pools.Of(Pools.Small, 1, 2, 3), workers: 4);
        var expected = new long[3];
        for (uint number = 0; number < 1000; number++)
        {
            expected[pool.Segment.Locate(Pools.Packet(number)).Slot!.Value]++;
            pool.Find(Pools.Packet(number), lengthBytes: 60, worker: (int)(number % 4));
        }
        Assert.Equal(expected, Enumerable.Range(0, 3).Select(pool.PacketsOf));
        pool.Segment = Pools.Of(Pools.Small, 1);
        Assert.Equal(0, pool.PacketsOf(0));
    }

    [Fact]
    public void More_bytes_than_needed_are_left_alone()
    {
        int needed = PoolSegment.BytesFor(Pools.Small);
        var bytes = new byte[needed + 100];
        bytes.AsSpan(needed).Fill(0xaa);
        PoolSegment.Format(bytes, Pools.Small, 0).Publish(Pools.Slots(Pools.Small, 1, 2, 3, 4));
        Assert.All(bytes[needed..], b => Assert.Equal(0xaa, b));
        Assert.Equal(Pools.Text(Pools.Of(Pools.Small, 1, 2, 3, 4)), Pools.Text(PoolSegment.Open(bytes)));
    }

    private static void Replay(PoolSize size, List<Operation> operations)
    {
        var bytes = new byte[PoolSegment.BytesFor(size)];
        var pool = PoolSegment.Format(bytes, size, ownMark: 0);
        int[] marks = Pools.Slots(size);
        int ownMark = 0;
        bool isRetired = false;
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case Publish publish:
                    marks = publish.Marks;
                    pool.Publish(marks);
                    break;
                case Clear clear:
                    (marks, ownMark) = (Pools.Slots(size), clear.OwnMark);
                    pool.Clear(ownMark);
                    break;
                case DieWriting half:
                    Pools.SideNotInForce(bytes).Fill(half.Garbage);
                    break;
                case Reopen:
                    pool = PoolSegment.Open(bytes);
                    break;
                case Retire:
                    isRetired = true;
                    pool.Retire();
                    break;
            }
            AssertSays(pool, size, marks, ownMark, isRetired);
        }
    }

    private static void AssertSays(PoolSegment pool, PoolSize size, int[] marks, int ownMark, bool isRetired)
    {
        int[] table = TextbookTable.OfPool(size, marks);
        var (actualMarks, actualEntries) = Pools.Reading(pool);
        Assert.Equal(marks, actualMarks);
        Assert.Equal(table, actualEntries);
        Assert.Equal(size, pool.Size);
        Assert.Equal(ownMark, pool.OwnMark);
        Assert.Equal(isRetired, pool.IsRetired);
        for (uint hash = 0; hash < size.Entries; hash++)
        {
            int slot = table[hash];
            int? mark = slot < 0 ? null : marks[slot];
            Assert.Equal(mark, pool.Locate(hash).Mark?.Value);
        }
    }

    private static Gen<(PoolSize Size, List<Operation> Operations)> Sequences() =>
        from size in Gen.Elements(Sizes)
        from operations in Gen.ListOf(Operations(size))
        select (size, operations.Take(12).ToList());

    private static Gen<Operation> Operations(PoolSize size) => Gen.Frequency(
        (5, Gen.ArrayOf(Gen.OneOf(Gen.Constant(-1), Gen.Choose(0, int.MaxValue)), size.Slots)
            .Select(Operation (marks) => new Publish(marks))),
        (1, Gen.Choose(0, int.MaxValue).Select(Operation (mark) => new Clear(mark))),
        (2, Gen.Choose(0, 255).Select(Operation (garbage) => new DieWriting((byte)garbage))),
        (2, Gen.Constant<Operation>(new Reopen())),
        (1, Gen.Constant<Operation>(new Retire())));
}
