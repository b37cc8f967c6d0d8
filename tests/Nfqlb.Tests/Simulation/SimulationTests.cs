using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Simulation;
using Nfqlb.Tests.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Simulation;

/// <summary>What a simulation says, against the segment that balances and plain counting.</summary>
public class SimulationTests
{
    private static readonly HashSeed Seed = new(1, 2);

    [Fact]
    public void A_simulated_table_is_that_of_a_pool_in_memory() => Seeded.Run(random =>
    {
        for (int i = 0; i < 60; i++)
        {
            var pool = RandomPool(random, i % 2 == 0 ? null : Seed);
            var table = new SimulatedTable(pool);
            var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(pool.Shape)], pool.Shape, pool.Settings);
            segment.Publish(pool);
            int[] entries = segment.Snapshot().Entries;
            Assert.Equal(entries, Enumerable.Range(0, entries.Length).Select(entry => table.SlotOf(entry) ?? -1));
            Assert.Equal(segment.Snapshot().EntriesBySlot(), table.EntriesBySlot);
        }
    });

    [Fact]
    public void Connections_stand_where_their_packets_would_be_looked_up() => Seeded.Run(random =>
    {
        foreach (var (seed, fields) in new (HashSeed?, string)[]
        {
            (null, "5-tuple"), (Seed, "5-tuple"), (null, "src"), (Seed, "src,dst,symmetric"), (null, "sport,dport"),
        })
        {
            var pool = RandomPool(random, seed);
            Assert.True(HashRule.TryParse(fields, out var rule, out _));
            var words = new List<long>();
            var connections = Connections.Draw(pool.Shape, rule, 5_000, () =>
            {
                words.Add(random.NextInt64(long.MinValue, long.MaxValue));
                return words[^1];
            }, _ => { });
            var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(pool.Shape)], pool.Shape, pool.Settings);
            var expected = new long[pool.Shape.Size.Entries];
            Assert.True(Address.TryParse("203.0.113.10", out var service));
            foreach (ulong word in words.Select(word => (ulong)word))
            {
                var key = new PacketKey(
                    Address.FromIpv4((uint)word), service, IpProtocol.Tcp,
                    (ushort)(1_024 + (word >> 32) % 64_512), 443);
                expected[segment.Locate(segment.HashOf(HashMode.Tuple, rule, key)).Entry]++;
            }
            Assert.Equal(5_000, connections.Count);
            Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(connections.Of));
        }
    });

    [Fact]
    public void A_change_is_what_plain_counting_says() => Seeded.Run(random =>
    {
        for (int i = 0; i < 60; i++)
        {
            var pool = RandomPool(random, i % 2 == 0 ? null : Seed);
            var connections = Connections.Draw(pool.Shape, default, 2_000, () => random.NextInt64(), _ => { });
            PoolEvent[] events = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomEvent(random, pool))];
            SimulatedStep[] steps = [.. SimulatedStep.Run(pool, [events], connections, new Fleet(1, 0))];
            var (before, after) = (steps[0].Table, steps[1].Table);
            Assert.Equal(events.Aggregate(pool, (changed, one) => one.HappenTo(changed)!), after.Pool);

            var moved = Enumerable.Range(0, before.Entries)
                .Where(entry => before.SlotOf(entry) != after.SlotOf(entry)).ToList();
            var kept = moved.Where(entry => before.SlotOf(entry) is { } slot
                && after.Pool.Slots[slot]!.Value.State != TargetState.Down).ToList();
            var lost = moved.Where(entry => before.SlotOf(entry) is { } slot
                && after.Pool.Slots[slot]!.Value.State == TargetState.Down).ToList();
            var change = steps[1].Change!;
            Assert.Equal(moved.Count, change.Moved);
            Assert.Equal(kept.Sum(connections.Of), change.Broken);
            Assert.Equal(lost.Sum(connections.Of), change.Lost);
            Assert.True(change.MovedBeyond >= 0, $"{change.Moved} moved, {change.HadToMove} had to");
        }
    });

    [Fact]
    public void Whoever_leaves_takes_its_connections_with_it_and_nothing_else_had_to_move()
    {
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(9_973, 4)), new PoolSettings(0));
        foreach (var (slot, name) in new[] { "red", "green", "blue", "gold" }.Index())
        {
            pool = pool.With(slot, new SlotTarget(new FirewallMark(slot)) { Name = new TargetName(name) });
        }
        var random = new Random(5);
        var connections = Connections.Draw(pool.Shape, default, 100_000, () => random.NextInt64(), _ => { });
        Assert.True(PoolEvent.TryParse("down=blue", out var down, out _));
        Assert.True(PoolEvent.TryParse("up=blue", out var up, out _));
        SimulatedStep[] steps =
            [.. SimulatedStep.Run(pool, [[down], [up]], connections, new Fleet(Balancers: 4, Lagging: 1))];
        Assert.Equal(connections.BySlot(steps[0].Table)[2], steps[1].Change!.Lost);
        Assert.Equal(steps[0].Table.EntriesBySlot[2], steps[1].Change!.HadToMove);

        // Back again: the same entries, and so nobody is lost, and who moves had moved before.
        Assert.Equal(steps[1].Change!.Moved, steps[2].Change!.Moved);
        Assert.Equal(0, steps[2].Change!.Lost);
        Assert.Equal(steps[2].Change!.Broken, steps[2].BrokenAtOnce + steps[2].BrokenLater, tolerance: 0.01);
        Assert.Equal(steps[2].Change!.Broken / 4.0, steps[2].BrokenLater, tolerance: 0.01);
        Assert.Equal(steps[2].Change!.Disagreeing * 6 / 16.0, steps[2].BrokenByReshuffle, tolerance: 0.01);
    }

    /// <summary>Who drains could keep its connections; who stands by has no ideal share; with nobody left, the last
    /// table stays where the pool says so.</summary>
    [Fact]
    public void Those_that_drain_break_and_those_that_stand_by_step_in()
    {
        var settings = new PoolSettings(0) { WhenEmpty = WhenEmpty.Keep };
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(997, 5)), settings)
            .With(1, new SlotTarget(new FirewallMark(1)) { Name = new TargetName("a") })
            .With(3, new SlotTarget(new FirewallMark(2)) { Name = new TargetName("b"), Priority = 1 });
        var random = new Random(5);
        var connections = Connections.Draw(pool.Shape, default, 10_000, () => random.NextInt64(), _ => { });
        PoolEvent Drain(string name) => new(new TargetName(name), TargetState.Drain, null);

        SimulatedStep[] steps =
            [.. SimulatedStep.Run(pool, [[Drain("a")], [Drain("b")]], connections, new Fleet(1, 0))];

        Assert.Equal([1, 3], steps[0].Table.SlotsInUse);
        Assert.Equal((997, 0), (steps[0].Table.IdealEntriesOf(1), steps[0].Table.IdealEntriesOf(3)));
        Assert.Equal((0, 10_000), (steps[1].Change!.Lost, steps[1].Change!.Broken));
        Assert.Equal((0, 997), (steps[1].Table.IdealEntriesOf(1), steps[1].Table.IdealEntriesOf(3)));
        Assert.Equal((0, 997), (steps[2].Change!.Moved, steps[2].Table.EntriesBySlot[3]));
    }

    /// <summary>The chance to cross from a balancer that knows to one that does not, against drawing it.</summary>
    [Fact]
    public void A_reshuffled_router_breaks_as_many_as_drawing_lots_does()
    {
        var random = new Random(7);
        var fleet = new Fleet(Balancers: 5, Lagging: 2);
        int crossed = Enumerable.Range(0, 100_000).Count(_ => random.Next(5) < 2 != random.Next(5) < 2);
        Assert.Equal(fleet.CrossingShare, crossed / 100_000.0, tolerance: 0.01);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("down=")]
    [InlineData("gone=a")]
    [InlineData("weight=a")]
    [InlineData("weight=a:")]
    [InlineData("weight=a:65536")]
    [InlineData("weight=a:-1")]
    [InlineData("up=a b")]
    public void What_is_no_event_is_refused_with_the_reason(string text)
    {
        Assert.False(PoolEvent.TryParse(text, out _, out string reason));
        Assert.NotEqual("", reason);
    }

    [Theory]
    [InlineData("down=a")]
    [InlineData("drain=a")]
    [InlineData("up=node-7")]
    [InlineData("weight=a:b:65535")]
    [InlineData("weight=a:0")]
    public void Events_are_written_as_they_are_read(string text)
    {
        Assert.True(PoolEvent.TryParse(text, out var what, out string reason), reason);
        Assert.Equal(text, $"{what}");
    }

    private static PoolContent RandomPool(Random random, HashSeed? seed)
    {
        int entries = ((int[])[23, 101, 997])[random.Next(3)];
        int targets = random.Next(1, 20);
        var settings = new PoolSettings(0) { MinActive = random.Next(1, 4) };
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(entries, targets), seed), settings);
        for (int slot = 0; slot < targets; slot++)
        {
            pool = pool.With(slot, new SlotTarget(new FirewallMark(slot))
            {
                Name = new TargetName($"t{slot}"),
                Weight = (ushort)random.Next(0, 5),
                State = random.Next(5) == 0 ? (TargetState)random.Next(3) : TargetState.Up,
                Priority = (ushort)random.Next(2),
            });
        }
        return pool;
    }

    private static PoolEvent RandomEvent(Random random, PoolContent pool)
    {
        var name = new TargetName($"t{random.Next(pool.Slots.Length)}");
        return random.Next(4) switch
        {
            0 => new PoolEvent(name, TargetState.Down, null),
            1 => new PoolEvent(name, TargetState.Up, null),
            2 => new PoolEvent(name, TargetState.Drain, null),
            _ => new PoolEvent(name, null, (ushort)random.Next(5)),
        };
    }
}
