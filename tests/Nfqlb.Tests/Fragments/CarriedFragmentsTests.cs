using Nfqlb.Carried;
using Nfqlb.Fragments;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Fragments;

/// <summary>A table that goes on with what another one remembered decides as that one would have.</summary>
public class CarriedFragmentsTests
{
    private const long Millisecond = 1_000_000;
    private const int Steps = 4_000, Ids = 60, Pieces = 5;

    private static readonly FragmentTableOptions Ample =
        new() { Size = 2_000, StoredFragments = 600, TtlMilliseconds = 200, Seed = new(1, 0) };

    [Fact]
    public void The_next_table_decides_as_the_one_before_would_have() => Seeded.Run(random =>
    {
        var (waysBack, nextWaysBack) = (new Reinjected(), new Reinjected());
        var old = new FragmentTable(Ample, waysBack);
        long now = 1_000 * Millisecond;
        for (int i = 0; i < Steps; i++)
        {
            Step(random.Next(), now += random.Next((int)Millisecond), old);
        }
        Assert.InRange(old.ReadStatistics().Stored, 1, Ample.StoredFragments);
        // Another clock, another seed, and another number of parts.
        long later = now + 77 * Millisecond - 5_000 * Millisecond;
        var next = new FragmentTable(Ample with { Seed = new(2, 0), Size = 1_700 }, nextWaysBack);
        next.Add(Read(Written(old, now)), FragmentStatistics.OfRow(old.ReadStatistics().ToRow()), later);
        Assert.Equal(old.ReadStatistics(), next.ReadStatistics());

        while (waysBack.TryTake(out _))
        {
        }
        long passed = 0;
        for (int i = 0; i < Steps; i++)
        {
            int step = random.Next();
            long duration = random.Next((int)Millisecond / 10);
            var expected = Step(step, now += duration, old);
            Assert.Equal(expected, Step(step, later += duration, next));
            passed += expected.Outcome == FragmentOutcome.Passed ? 1 : 0;
        }
        Assert.InRange(passed, Steps / 20, Steps * 19 / 20);
        Assert.NotEqual(0, waysBack.Count);
        while (waysBack.TryTake(out byte[] packet))
        {
            Assert.True(nextWaysBack.TryTake(out byte[] other));
            Assert.Equal(packet, other);
        }
        Assert.Equal(0, nextWaysBack.Count);
        // What nobody asks for is expired when its part is looked at, and the parts are others.
        old.Expire(now);
        next.Expire(later);
        Assert.Equal(old.ReadStatistics() with { Collisions = 0 }, next.ReadStatistics() with { Collisions = 0 });
    });

    [Fact]
    public void Whatever_finds_no_room_is_given_up_and_counted()
    {
        var old = new FragmentTable(Ample, new Reinjected());
        for (ushort id = 0; id < 200; id++)
        {
            byte[][] pieces = FragmentedPacket.Ipv4(Pieces, id);
            old.AddLater(FragmentedPacket.Place(pieces[1]), pieces[1], 0, out _);
        }

        var small = new FragmentTable(
            new() { Size = 50, ExtraEntries = 0, StoredFragments = 30 }, new Reinjected());
        small.Add(Read(Written(old, 0)), default, 0);

        var statistics = small.ReadStatistics();
        Assert.Equal((30, 30), (statistics.Entries, statistics.Stored));
        Assert.Equal((170, 170), (statistics.Discarded, statistics.Displaced));
    }

    [Fact]
    public void Packets_that_are_decided_and_find_no_room_are_given_up()
    {
        var old = new FragmentTable(Ample, new Reinjected());
        for (ushort id = 0; id < 200; id++)
        {
            old.AddFirst(FragmentedPacket.Place(FragmentedPacket.Ipv4(Pieces, id)[0]), Verdict.Drop, 0);
        }

        var small = new FragmentTable(new() { Size = 50, ExtraEntries = 0 }, new Reinjected());
        small.Add(Read(Written(old, 0)), default, 0);

        Assert.Equal((50, 150), (small.ReadStatistics().Entries, small.ReadStatistics().GivenUp));
    }

    [Fact]
    public void What_could_be_renewed_no_more_cannot_be_by_the_next_one()
    {
        byte[][] pieces = FragmentedPacket.Ipv4(200);
        var old = new FragmentTable(Ample, new Reinjected());
        old.AddFirst(FragmentedPacket.Place(pieces[0]), Verdict.Drop, 0);
        long now = 0;
        FragmentOutcome Follow(FragmentTable table, int piece) =>
            table.AddLater(FragmentedPacket.Place(pieces[piece]), pieces[piece], now, out _);
        for (int piece = 1; piece < 150; piece++)
        {
            now += 100 * Millisecond;
            Assert.Equal(FragmentOutcome.Passed, Follow(old, piece));
        }
        var next = new FragmentTable(Ample, new Reinjected());
        next.Add(Read(Written(old, now)), default, now);
        now += 100 * Millisecond;
        Assert.Equal(FragmentOutcome.Passed, Follow(next, 150));
        now += 100 * Millisecond;
        Assert.Equal(FragmentOutcome.Stored, Follow(next, 151));
    }

    [Fact]
    public void Bytes_that_end_too_early_are_refused_wherever_they_end() => Seeded.Run(random =>
    {
        byte[] whole = Written(Filled(random), 0);
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<CarriedException>(() => Read(cut));
        }
    });

    [Fact]
    public void Bytes_that_are_others_are_refused_or_do_no_harm() => Seeded.Run(random =>
    {
        byte[] whole = Written(Filled(random), 0);
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] damaged = [.. whole];
            for (int bits = random.Next(1, 5); bits > 0; bits--)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }
            try
            {
                var table = new FragmentTable(Ample, new Reinjected());
                table.Add(Read(damaged), default, 0);
                for (int step = 0; step < 50; step++)
                {
                    Step(random.Next(), step, table);
                }
            }
            catch (CarriedException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 5_000);
    });

    [Fact]
    public void Counts_are_read_back_or_refused() => Seeded.Run(random =>
    {
        var counts = new CarriedCounts();
        for (int i = 0; i < 50; i++)
        {
            counts.Add($"row {i}", [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.NextInt64())]);
        }
        var writer = new CarriedWriter();
        counts.WriteTo(writer);
        byte[] whole = writer.Written.ToArray();
        CarriedCounts Parse(byte[] bytes)
        {
            var reader = new CarriedReader(bytes);
            return CarriedCounts.Read(ref reader);
        }

        Assert.Equal(counts.Rows, Parse(whole).Rows);
        Assert.Equal(new long[3], Parse(whole).Find("none", 3).ToArray());
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<CarriedException>(() => Parse(cut));
        }
    });

    private static FragmentTable Filled(Random random)
    {
        var table = new FragmentTable(Ample, new Reinjected());
        for (int i = 0; i < 100; i++)
        {
            Step(random.Next(), 0, table);
        }
        return table;
    }

    private static byte[] Written(FragmentTable table, long now)
    {
        var writer = new CarriedWriter();
        table.WriteTo(writer, now);
        return writer.Written.ToArray();
    }

    private static CarriedFragments Read(byte[] bytes)
    {
        var reader = new CarriedReader(bytes);
        var read = CarriedFragments.Read(ref reader);
        return reader.IsAtEnd ? read : throw new CarriedException("more than there should be");
    }

    /// <summary>One fragment of one of some packets; now and then one that contradicts the others.</summary>
    private static (FragmentOutcome Outcome, Verdict Verdict) Step(int choice, long now, FragmentTable table)
    {
        var random = new Random(choice);
        int id = random.Next(Ids);
        int pieces = random.Next(20) == 0 ? Pieces - 1 : Pieces;
        byte[][] packet =
            id % 2 == 0 ? FragmentedPacket.Ipv4(pieces, (ushort)id) : FragmentedPacket.Ipv6(pieces, (uint)id);
        byte[] bytes = packet[random.Next(pieces)];
        var place = FragmentedPacket.Place(bytes);
        var verdict = id % 7 == 0 ? Verdict.Drop : Verdict.Accept(new FirewallMark(id));
        return place.Offset == 0
            ? (table.AddFirst(place, verdict, now), verdict)
            : (table.AddLater(place, bytes, now, out verdict), verdict);
    }
}
