using Nfqlb.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

public class SlowStartTests
{
    private const int Slots = 6;

    private static readonly PoolShape Shape = new(new PoolSize(251, Slots));

    /// <summary>Targets as letters: of a digit so many eighths, of W all of its weight; x takes nothing.</summary>
    [Theory]
    [InlineData("WW", "WWW", "WW1")] // a new one
    [InlineData("WWx", "WWW", "WW1")] // one that comes back
    [InlineData("W1", "W1", "W1")] // one that has started goes on
    [InlineData("W3x", "W3W", "W31")]
    [InlineData("", "WWW", "WWW")] // a new pool
    [InlineData("xx", "WW", "WW")] // all come back at once: there is nobody to relieve them
    [InlineData("xW", "Wx", "Wx")] // or as the last one goes
    [InlineData("W13", "x13", "xWW")] // the last one that had all of it goes
    [InlineData("W5", "Wx", "Wx")]
    public void Who_comes_begins_with_an_eighth_where_others_have_all(string before, string after, string expected) =>
        Assert.Equal(expected, Words(SlowStart.Begin(before.Length == 0 ? null : Pool(before), Pool(after))));

    [Fact]
    public void Another_mark_in_the_same_slot_is_another_target() =>
        Assert.Equal("W1", Words(SlowStart.Begin(Pool("WW"), Pool("WW").With(1, new(new(999))))));

    /// <summary>Those of another priority do not count while they stand by.</summary>
    [Fact]
    public void Who_stands_by_relieves_nobody()
    {
        var standby = new SlotTarget(new(201)) { Priority = 1 };
        Assert.Equal("WW", Words(SlowStart.Begin(Pool("xW").With(1, standby), Pool("WW").With(1, standby))));
    }

    [Fact]
    public void It_ends_after_seven_steps_with_exactly_its_weight()
    {
        var pool = Pool("W1");
        var shares = new List<double>();
        for (int i = 0; i < Ramp.Parts; i++)
        {
            shares.Add(pool.Slots[1]!.Value.EffectiveWeight);
            pool = SlowStart.After(pool, 1);
        }
        Assert.Equal([0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1], shares);
        Assert.Equal(Pool("WW"), pool);
        Assert.Equal(Pool("WW"), SlowStart.After(Pool("W1"), int.MaxValue));
    }

    /// <summary>However targets come and go: none ever has less than before while it takes packets, nobody starts where
    /// none has all, and seven beats after the last change all have all of it.</summary>
    [Fact]
    public void Through_any_history_it_rises_and_ends() => Seeded.Run(random =>
    {
        var pool = SlowStart.Begin(null, Pool("WWxWxx"));
        for (int i = 0; i < 200; i++)
        {
            var before = pool;
            bool isBeat = random.Next(2) == 0;
            var asked = isBeat ? SlowStart.After(before, 1) : Changed(random, before);
            pool = SlowStart.Begin(before, asked);
            for (int slot = 0; slot < Slots; slot++)
            {
                if (before.Slots[slot] is { CanTakePackets: true } was
                    && pool.Slots[slot] is { CanTakePackets: true } stays)
                {
                    Assert.InRange(stays.Ramp.Eighths, was.Ramp.Eighths, Ramp.Parts);
                }
            }
            var able = pool.Slots.Where(target => target is { CanTakePackets: true }).ToList();
            Assert.True(able.Count == 0 || able.Exists(target => target!.Value.Ramp.IsWhole), Words(pool));
        }
        var end = SlowStart.After(pool, Ramp.Parts - 1);
        Assert.All(end.Slots, target => Assert.True(target?.Ramp.IsWhole ?? true));
    });

    [Fact]
    public void The_order_of_targets_does_not_matter() => Seeded.Run(random =>
    {
        var before = SlowStart.Begin(Pool("Wxxxxx"), Changed(random, Pool("Wxxxxx")));
        var after = Changed(random, before);
        int[] order = [.. Enumerable.Range(0, Slots).OrderBy(_ => random.Next())];
        var expected = SlowStart.Begin(before, after);
        Assert.Equal(Turned(expected, order), SlowStart.Begin(Turned(before, order), Turned(after, order)));
    });

    /// <summary>Bit for bit: of all with the same part, whatever it is, and of none that starts.</summary>
    [Fact]
    public void A_table_hangs_on_the_ratio_of_weights_alone() => Seeded.Run(random =>
    {
        var pool = Pool("WWWWWW");
        for (int slot = 0; slot < Slots; slot++)
        {
            ushort weight = (ushort)(random.Next(3) == 0 ? random.Next(65_536) : random.Next(8));
            pool = pool.With(slot, pool.Slots[slot]!.Value with { Weight = weight });
        }
        ushort[] whole = Table(pool);
        for (int parts = 1; parts < Ramp.Parts; parts++)
        {
            var part = Ramp.Of(parts);
            var scaled = pool with
            {
                Slots = [.. pool.Slots.Select(target => (SlotTarget?)(target!.Value with { Ramp = part }))],
            };
            Assert.Equal(whole, Table(scaled));
        }
        int[] slots = [.. Enumerable.Range(0, Slots).Where(slot => pool.Slots[slot]!.Value.Weight > 0)];
        if (slots.Length > 0)
        {
            int[] weights = [.. slots.Select(slot => (int)pool.Slots[slot]!.Value.Weight)];
            int[] counts = new int[Slots];
            Array.ForEach(whole, slot => counts[slot]++);
            Assert.Equal(Shares.Of(weights, whole.Length), slots.Select(slot => counts[slot]));
        }
    });

    [Fact]
    public void Beats_are_those_of_the_time_of_day() => Seeded.Run(random =>
    {
        var start = new SlowStart(TimeSpan.FromMilliseconds(random.Next(1_000, 3_600_000)));
        var day = TimeSpan.FromTicks(random.NextInt64(TimeSpan.TicksPerDay * 50_000));
        var until = start.UntilBeat(day);
        Assert.InRange(until, TimeSpan.FromTicks(1), start.Beat);
        Assert.Equal(start.Beat, start.UntilBeat(day + until));

        // Who comes a moment later, before it, has the same one.
        Assert.Equal(day + until, day + until / 2 + start.UntilBeat(day + until / 2));
        Assert.InRange(start.Beat * (Ramp.Parts - 1), start.Length - TimeSpan.FromTicks(Ramp.Parts), start.Length);
    });

    [Fact]
    public void It_is_kept_in_the_memory_of_a_pool_and_what_is_damaged_there_is_the_whole_weight()
    {
        for (int parts = 1; parts <= Ramp.Parts; parts++)
        {
            var target = new SlotTarget(new(7))
            {
                Weight = 65_535, Priority = 3, KeepsWhileBad = parts % 2 == 0, Ramp = Ramp.Of(parts),
            };
            Assert.Equal(target, SlotAttributes.Read(target.Mark, SlotAttributes.Of(target)));
        }
        for (ulong damaged = Ramp.Parts; damaged <= byte.MaxValue; damaged++)
        {
            Assert.True(SlotAttributes.Read(new(7), damaged << 48).Ramp.IsWhole);
        }
    }

    private static ushort[] Table(PoolContent pool)
    {
        ushort[] entries = new ushort[Shape.Size.Entries];
        PoolTable.Fill(pool, entries);
        return entries;
    }

    private static PoolContent Changed(Random random, PoolContent pool)
    {
        int slot = random.Next(Slots);
        var target = pool.Slots[slot] ?? new SlotTarget(new(300 + random.Next(3)));
        return pool.With(slot, random.Next(5) switch
        {
            0 => null,
            1 => target with { Health = TargetHealth.Bad },
            2 => target with { State = (TargetState)random.Next(3) },
            _ => target with { Health = TargetHealth.Good, State = TargetState.Up },
        });
    }

    private static PoolContent Turned(PoolContent pool, int[] order) =>
        pool with { Slots = [.. order.Select(slot => pool.Slots[slot])] };

    private static PoolContent Pool(string words)
    {
        var pool = PoolContent.Empty(Shape, new PoolSettings(0));
        foreach (var (slot, letter) in words.Index())
        {
            pool = pool.With(slot, new SlotTarget(new(101 + slot))
            {
                Health = letter == 'x' ? TargetHealth.Bad : TargetHealth.Good,
                Ramp = char.IsDigit(letter) ? Ramp.Of(letter - '0') : Ramp.Whole,
            });
        }
        return pool;
    }

    private static string Words(PoolContent pool) => string.Concat(pool.Slots.Select(slot => slot is not { } target ? ""
        : !target.CanTakePackets && target.Ramp.IsWhole ? "x"
        : target.Ramp.IsWhole ? "W" : $"{target.Ramp.Eighths}"));
}
