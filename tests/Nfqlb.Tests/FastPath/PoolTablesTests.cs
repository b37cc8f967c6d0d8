using System.Runtime.InteropServices;
using Nfqlb.Drain;
using Nfqlb.FastPath;
using Nfqlb.Maglev;
using Nfqlb.Tests.Support;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.Tests.FastPath;

/// <summary>What stands in the pools' map gives every hash the mark that the pool's segment gives it.</summary>
public class PoolTablesTests
{
    private static readonly int[] Primes = [3, 101, 997, 9_973, 99_991];

    private readonly byte[] _map = new byte[FASTPATH_TABLE_WORDS * sizeof(uint)];

    [Fact]
    public void Pools_that_come_go_change_and_are_replaced_are_as_their_segments() => Seeded.Run(random =>
    {
        var tables = new PoolTables(_map);
        var pools = new List<TargetPool>();
        int compared = 0;
        for (int step = 0; step < 300; step++)
        {
            Change(pools, tables, random);
            tables.Refresh();
            foreach (var pool in pools)
            {
                // One that was replaced by a larger one may have lost its room: its packets are left to user space.
                if (tables.PlaceOf(pool) is { } place && GenerationOf(place) != 0)
                {
                    AssertSame(pool, place, random);
                    compared++;
                }
            }
        }
        Assert.InRange(compared, 300, int.MaxValue);
    });

    [Fact]
    public void What_has_no_room_is_nowhere_and_what_goes_makes_room()
    {
        var tables = new PoolTables(_map);
        var large = Enumerable.Range(0, 5).Select(_ => Pool(new PoolSize(993_997, 100))).ToArray();
        int?[] places = [.. large.Select(tables.PlaceOf)];
        Assert.NotNull(places[0]);
        Assert.Contains(null, places);
        tables.Keep(new HashSet<TargetPool> { large[^1] });
        Assert.NotNull(tables.PlaceOf(large[^1]));

        var wide = Enumerable.Range(0, 3).Select(_ => Pool(new PoolSize(9_973, 9_000))).ToArray();
        Assert.NotNull(tables.PlaceOf(wide[0]));
        Assert.Null(tables.PlaceOf(wide[1]));
        tables.Keep(new HashSet<TargetPool>());
        Assert.NotNull(tables.PlaceOf(wide[1]));
    }

    /// <summary>The program reads a table only while its generation stands.</summary>
    [Fact]
    public void Every_change_has_another_generation_and_the_other_side()
    {
        var tables = new PoolTables(_map);
        var pool = Pool(new PoolSize(101, 4));
        int place = tables.PlaceOf(pool)!.Value;
        ulong before = GenerationOf(place);
        for (int i = 1; i < 10; i++)
        {
            pool.Segment.Publish([i, -1, -1, -1]);
            Assert.Equal(1, tables.Refresh());
            Assert.Equal(0, tables.Refresh());
            ulong now = GenerationOf(place);
            Assert.True(now > before && (now & 1) != (before & 1));
            before = now;
        }
        pool.Segment = Pool(new PoolSize(997, 4)).Segment;
        Assert.Equal(1, tables.Refresh());
        Assert.True(GenerationOf(place) > before);
        tables.Keep(new HashSet<TargetPool>());
        Assert.Equal(0UL, GenerationOf(place));
    }

    /// <summary>Together with the table that they are of.</summary>
    [Fact]
    public void Entries_that_drain_are_left_to_user_space_until_they_have_drained()
    {
        long now = 1;
        var connections = new ConnectionTable(new DrainOptions { Nanoseconds = 10, Clock = () => now });
        var size = new PoolSize(997, 4);
        var pool = new TargetPool(new PoolName("p"), Pool(size).Segment, workers: 1, connections);
        pool.Segment.Publish([1, 2, 3, -1]);
        var tables = new PoolTables(_map);
        int place = tables.PlaceOf(pool)!.Value;
        uint[] hashes = [.. Enumerable.Range(0, size.Entries).Select(entry => (uint)entry)];
        int?[] before = [.. hashes.Select(hash => MarkOf(place, hash))];
        pool.Segment.Publish([1, 2, 3, 4]);
        Assert.Equal((1, 0), (tables.Refresh(), tables.Refresh()));
        int?[] draining = [.. hashes.Select(hash => MarkOf(place, hash))];
        int?[] after = [.. hashes.Select(hash => pool.Segment.Locate(hash).Mark?.Value)];
        Assert.All(hashes, hash => Assert.Equal(before[hash] == after[hash] ? after[hash] : null, draining[hash]));
        Assert.Contains(null, draining);
        now += 10;
        Assert.Equal((1, 0), (tables.Refresh(), tables.Refresh()));
        Assert.Equal(after, hashes.Select(hash => MarkOf(place, hash)));
    }

    private static void Change(List<TargetPool> pools, PoolTables tables, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                pools.Add(Pool(AnySize(random)));
                break;
            case 1 when pools.Count > 0:
                pools.RemoveAt(random.Next(pools.Count));
                tables.Keep(pools.ToHashSet());
                break;
            case 2 when pools.Count > 0:
                pools[random.Next(pools.Count)].Segment = Pool(AnySize(random)).Segment;
                break;
            case > 2 when pools.Count > 0:
                var segment = pools[random.Next(pools.Count)].Segment;
                segment.Publish([.. Enumerable.Range(0, segment.Size.Slots)
                    .Select(_ => random.Next(2) == 0 ? -1 : random.Next())]);
                break;
        }
    }

    private void AssertSame(TargetPool pool, int place, Random random)
    {
        for (int i = 0; i < 50; i++)
        {
            uint hash = (uint)random.NextInt64(uint.MaxValue);
            Assert.Equal(pool.Segment.Locate(hash).Mark?.Value, MarkOf(place, hash));
        }
    }

    private int? MarkOf(int place, uint hash)
    {
        var words = MemoryMarshal.Cast<byte, uint>(_map.AsSpan());
        var head = words.Slice(place * FASTPATH_POOL_WORDS, FASTPATH_POOL_WORDS);
        int side = FASTPATH_POOL_SIDES + 2 * (int)(GenerationOf(place) & 1);
        int entry = (int)(hash % head[FASTPATH_POOL_ENTRIES]);
        uint pair = words[(int)head[side] + entry / 2];
        uint slot = entry % 2 == 0 ? pair % 65_536 : pair / 65_536;
        if (slot >= head[FASTPATH_POOL_SLOTS])
        {
            return null;
        }
        int mark = (int)words[(int)(head[side + 1] + slot)];
        return mark < 0 ? null : mark;
    }

    private ulong GenerationOf(int place) =>
        MemoryMarshal.Read<ulong>(_map.AsSpan((place * FASTPATH_POOL_WORDS + FASTPATH_POOL_GENERATION) * sizeof(uint)));

    private static PoolSize AnySize(Random random)
    {
        int entries = Primes[random.Next(Primes.Length)];
        return new PoolSize(entries, random.Next(1, Math.Min(entries, 2_000)));
    }

    private static TargetPool Pool(PoolSize size)
    {
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(size)], size, ownMark: 0);
        return new TargetPool(new PoolName("p"), segment, workers: 1);
    }
}
