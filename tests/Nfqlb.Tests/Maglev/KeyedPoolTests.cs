using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Keyed pools: the table is a function of names, weights, M and seed, and of nothing else.</summary>
public class KeyedPoolTests
{
    private static readonly HashSeed Seed = new(0x1122334455667788, 0x99aabbccddeeff00);

    [Fact]
    public void Slots_marks_and_the_order_of_commands_do_not_matter() => Seeded.Run(random =>
    {
        for (int i = 0; i < 150; i++)
        {
            int entries = ((int[])[23, 101, 997])[i % 3];
            var shape = Shape(entries, slots: 20);
            (string Name, ushort Weight)[] targets =
                [.. Enumerable.Range(0, random.Next(1, 15)).Select(n => ($"t{n * 7}", (ushort)random.Next(0, 9)))];
            var (one, other) = (Built(shape, targets, random), Built(shape, targets, random));
            Assert.Equal(Names(one), Names(other));
            Assert.Equal(TableCheckSum.Of(one.Snapshot()), TableCheckSum.Of(other.Snapshot()));
        }
    });

    [Fact]
    public void The_table_is_the_textbook_s() => Seeded.Run(random =>
    {
        for (int i = 0; i < 50; i++)
        {
            (string Name, ushort Weight)[] targets =
                [.. Enumerable.Range(0, random.Next(1, 12)).Select(n => ($"node-{random.Next(50)}-{n}", (ushort)1))];
            var pool = Built(Shape(101, slots: 12), targets, random);
            string[] names = [.. targets.Select(target => target.Name).Order(StringComparer.Ordinal)];
            (int, int)[] wishes = Textbook(names, 101);
            int[] expected = TextbookTable.Fill(101, wishes, [.. Enumerable.Range(0, names.Length)]);
            Assert.Equal(expected.Select(place => names[place]), Names(pool));
        }
    });

    [Fact]
    public void Names_that_meet_are_told_and_resolved_the_same_way_everywhere()
    {
        // 3 targets of 6 permutations, 5 of 20: many meet.
        foreach (int entries in (int[])[3, 5])
        {
            var shape = Shape(entries, entries);
            (string, ushort)[] targets = [.. Enumerable.Range(0, entries).Select(i => ($"t{i}", (ushort)1))];
            int met = 0;
            for (ulong seed = 0; seed < 50; seed++)
            {
                var random = new Random((int)seed);
                var seeded = shape with { Seed = new HashSeed(seed, 0) };
                var (one, other) = (Built(seeded, targets, random), Built(seeded, targets, random));
                Assert.Equal(Names(one), Names(other));
                var told = KeyedPermutations.Displaced(one.ReadContent());
                Assert.Equal(told, KeyedPermutations.Displaced(other.ReadContent()));
                met += told.Count > 0 ? 1 : 0;

                // The first in the order of names always has its way.
                Assert.DoesNotContain(new TargetName("t0"), told);
                Assert.Equal(entries, Names(one).Distinct().Count());
            }
            Assert.InRange(met, 5, 50);
        }
    }

    [Fact]
    public void A_target_that_is_down_for_a_while_changes_nobody_s_permutation()
    {
        var shape = Shape(5, 5);
        (string, ushort)[] targets = [.. Enumerable.Range(0, 5).Select(i => ($"t{i}", (ushort)1))];
        var content = Built(shape, targets, new Random(1)).ReadContent();
        var down = content with
        {
            Slots = [.. content.Slots.Select((target, slot) =>
                slot == 2 ? target!.Value with { State = TargetState.Down } : target)],
        };
        Assert.Equal(KeyedPermutations.Displaced(content), KeyedPermutations.Displaced(down));
    }

    /// <summary>What is remembered of a pool is never taken for that of another one.</summary>
    [Fact]
    public void Pools_that_take_turns_have_the_tables_that_they_have_alone()
    {
        var shape = Shape(997, 10);
        var pools = new List<PoolContent>();
        foreach (var one in new[] { shape, shape with { Seed = new HashSeed(1, 2) }, Shape(499, 10) })
        {
            foreach (string names in new[] { "abcdefghij", "abcdefghik", "abcdefgh", "jihgfedcba" })
            {
                (string, ushort)[] targets = [.. names.Select(name => ($"{name}", (ushort)1))];
                pools.Add(Built(one, targets, new Random(7)).ReadContent());
            }
        }
        ushort[] Table(PoolContent pool)
        {
            var entries = new ushort[pool.Shape.Size.Entries];
            Assert.True(PoolTable.Fill(pool, entries));
            return entries;
        }
        ushort[][] alone = [.. pools.Select(Table)];
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            int at = random.Next(pools.Count);
            Assert.Equal(alone[at], Table(pools[at]));
            Assert.Equal(alone[at], Table(pools[at]));
        }
    }

    [Fact]
    public void Another_seed_gives_another_table_and_another_hash()
    {
        (string, ushort)[] targets = [.. Enumerable.Range(0, 10).Select(i => ($"t{i}", (ushort)1))];
        var one = Built(Shape(997, 10), targets, new Random(1));
        var other = Built(Shape(997, 10) with { Seed = new HashSeed(1, 2) }, targets, new Random(1));
        int same = Names(one).Zip(Names(other)).Count(pair => pair.First == pair.Second);
        Assert.InRange(same, 0, 200); // a tenth by chance
        Assert.NotEqual(TableCheckSum.Of(one.Snapshot()), TableCheckSum.Of(other.Snapshot()));
        Assert.NotEqual(one.HashOf(HashMode.Tuple, Pools.Packet(1)), other.HashOf(HashMode.Tuple, Pools.Packet(1)));
    }

    [Fact]
    public void Weights_are_as_exact_as_in_a_slot_pool()
    {
        var pool = Built(Shape(9_973, 4), [("a", 1), ("b", 2), ("c", 0), ("d", 7)], new Random(3));
        var counts = Names(pool).CountBy(name => name ?? "").ToDictionary();
        Assert.Equal((997, 1_995, 6_981), (counts["a"], counts["b"], counts["d"]));
        Assert.Equal(3, counts.Count);
    }

    /// <summary>Against an attacker who knows everything but the seed: ports that all meet one target of a slot pool
    /// are spread over all targets of a keyed one.</summary>
    [Fact]
    public void Ports_that_meet_one_target_of_a_slot_pool_meet_all_of_a_keyed_one()
    {
        var plain = Pools.Of(new PoolSize(997, 10), [.. Enumerable.Range(100, 10)]);
        var keyed = Built(
            Shape(997, 10), [.. Enumerable.Range(0, 10).Select(i => ($"t{i}", (ushort)1))], new Random(1));
        PacketKey[] chosen = [.. Enumerable.Range(0, 60_000).Select(i => Pools.Packet((uint)i))
            .Where(packet => plain.Locate(packet).Slot == 4)];
        Assert.InRange(chosen.Length, 3_000, 9_000);
        var met = chosen.CountBy(packet => keyed.Locate(packet).Slot!.Value).ToList();
        Assert.Equal(10, met.Count);
        Assert.All(met, one => Assert.InRange(one.Value, chosen.Length / 20, chosen.Length / 5));
    }

    [Fact]
    public void The_checksum_changes_with_all_that_decides_and_with_nothing_else()
    {
        (string, ushort)[] targets = [("a", 1), ("b", 2), ("c", 3)];
        uint SumOf(PoolContent content) => TableCheckSum.Of(Published(content).Snapshot());
        var content = Built(Shape(101, 4), targets, new Random(1)).ReadContent();
        int slot = content.Slots.IndexOf(content.Slots.First(target => target?.Name?.Text == "b"));
        var target = content.Slots[slot]!.Value;
        uint sum = SumOf(content);
        Assert.Equal(sum, SumOf(content with { Settings = new PoolSettings(9) }));
        Assert.Equal(sum, SumOf(content.With(slot, target with { Mark = new FirewallMark(999) })));
        Assert.NotEqual(sum, SumOf(content.With(slot, target with { Weight = 3 })));
        Assert.NotEqual(sum, SumOf(content.With(slot, target with { Name = new TargetName("bb") })));
        Assert.NotEqual(sum, SumOf(content.With(slot, null)));

        var plain = Pools.ContentOf(new PoolShape(new PoolSize(101, 4)), new SlotTarget(new FirewallMark(1)));
        Assert.NotEqual(SumOf(plain), SumOf(plain.With(0, new SlotTarget(new FirewallMark(2)))));
        Assert.NotEqual(SumOf(plain), SumOf(plain.With(0, null).With(1, plain.Slots[0])));
        Assert.Equal(SumOf(plain), SumOf(plain with { Settings = new PoolSettings(9) }));
    }

    private static PoolShape Shape(int entries, int slots) => new(new PoolSize(entries, slots), Seed);

    /// <summary>A pool made by a command a target, in any order, into any slots, with any marks.</summary>
    private static PoolSegment Built(PoolShape shape, (string Name, ushort Weight)[] targets, Random random)
    {
        var content = PoolContent.Empty(shape, new PoolSettings(0));
        var pool = Published(content);
        int[] slots = [.. Enumerable.Range(0, shape.Size.Slots)];
        random.Shuffle(slots);
        var order = targets.ToArray();
        random.Shuffle(order);
        foreach (var (place, (name, weight)) in order.Index())
        {
            pool.Publish(pool.ReadContent().With(slots[place], new SlotTarget(new FirewallMark(random.Next(1_000)))
            {
                Name = new TargetName(name),
                Weight = weight,
            }));
        }
        return pool;
    }

    private static PoolSegment Published(PoolContent content)
    {
        var pool = PoolSegment.Format(
            new byte[PoolSegment.BytesFor(content.Shape)], content.Shape, content.Settings);
        pool.Publish(content);
        return pool;
    }

    /// <summary>By name and seed, as docs/pools.md tells it; the second to wish for the same takes its next choice.
    /// </summary>
    private static (int Offset, int Skip)[] Textbook(string[] names, int entries)
    {
        var taken = new List<(int, int)>();
        foreach (string name in names)
        {
            for (byte choice = 0; ; choice++)
            {
                byte[] input = [.. name.Select(c => (byte)c), .. choice == 0 ? (byte[])[] : [0, choice]];
                ulong hash = SipHash.Of(Seed, input);
                (int, int) wish = (
                    (int)((hash >> 32) % (ulong)entries), (int)((hash & 0xffff_ffff) % (ulong)(entries - 1)) + 1);
                if (!taken.Contains(wish))
                {
                    taken.Add(wish);
                    break;
                }
            }
        }
        return [.. taken];
    }

    private static string?[] Names(PoolSegment pool)
    {
        var snapshot = pool.Snapshot();
        return [.. snapshot.Entries.Select(slot => slot < 0 ? null : snapshot.Content.Slots[slot]?.Name?.Text)];
    }
}
