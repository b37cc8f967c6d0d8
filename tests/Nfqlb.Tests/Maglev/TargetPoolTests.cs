using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Look-ups in a pool that are counted by target.</summary>
public class TargetPoolTests
{
    private const int Workers = 2;

    [Fact]
    public void Each_look_up_counts_for_the_slot_it_found() => Seeded.Run(random =>
    {
        var segment = Pools.Of(Pools.Small, 100, 101, 102);
        var pool = new TargetPool(new PoolName("lb"), segment, Workers);
        var expected = new long[Pools.Small.Slots];
        var expectedBytes = new long[Pools.Small.Slots];
        for (int i = 0; i < 10_000; i++)
        {
            var packet = Pools.Packet((uint)random.NextInt64(1L << 32));
            int length = random.Next(20, 65536);
            var mark = pool.Find(packet, length, worker: i % Workers);
            Assert.Equal(segment.Locate(packet).Mark, mark);
            expected[mark!.Value.Value - 100]++;
            expectedBytes[mark.Value.Value - 100] += length;
        }
        Assert.Equal(expected, Enumerable.Range(0, Pools.Small.Slots).Select(pool.PacketsOf));
        Assert.Equal(expectedBytes, Enumerable.Range(0, Pools.Small.Slots).Select(pool.BytesOf));
    });

    [Fact]
    public void Nothing_is_counted_where_there_is_no_target()
    {
        var pool = new TargetPool(new PoolName("lb"), Pools.Of(Pools.Small), Workers);
        Assert.Null(pool.Find(Pools.Packet(7), lengthBytes: 60, worker: 0));
        Assert.All(Enumerable.Range(0, Pools.Small.Slots), slot => Assert.Equal(0, pool.PacketsOf(slot)));
    }

    [Fact]
    public void A_slot_keeps_its_count_when_its_target_changes_and_a_new_segment_begins_at_0()
    {
        var segment = Pools.Of(Pools.Small, 100);
        var pool = new TargetPool(new PoolName("lb"), segment, Workers);
        pool.Find(Pools.Packet(1), lengthBytes: 60, worker: 1);
        segment.Publish(Pools.Slots(Pools.Small, 200));
        Assert.Equal(200, pool.Find(Pools.Packet(1), lengthBytes: 60, worker: 0)!.Value.Value);
        Assert.Equal((2, 120), (pool.PacketsOf(0), pool.BytesOf(0)));

        // Of another size: counts go by its slots.
        var larger = new PoolSize(101, 10);
        pool.Segment = Pools.Of(larger, -1, -1, -1, -1, -1, -1, -1, -1, -1, 300);
        Assert.Equal((0, 0), (pool.PacketsOf(0), pool.BytesOf(0)));
        Assert.Equal(300, pool.Find(Pools.Packet(1), lengthBytes: 60, worker: 0)!.Value.Value);
        Assert.Equal(1, pool.PacketsOf(9));
    }
}
