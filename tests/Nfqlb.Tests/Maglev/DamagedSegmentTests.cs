using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Maglev;

/// <summary>Segments that are foreign, torn or damaged: a clear error, or the reading they had. Nothing else.</summary>
public class DamagedSegmentTests
{
    private static readonly byte[] Sound = Pools.BytesOf(Pools.Small, 11, 12, 13);

    private static readonly byte[] Keyed = Pools.BytesOf(
        new PoolShape(Pools.Small, new HashSeed(0x0706050403020100, 0x0f0e0d0c0b0a0908)),
        new SlotTarget(new FirewallMark(11)) { Name = new TargetName("red"), Weight = 3 },
        new SlotTarget(new FirewallMark(12)) { Name = new TargetName("blue"), State = TargetState.Drain });

    public static TheoryData<byte[]> Sorts => [Sound, Keyed];

    [Theory, MemberData(nameof(Sorts))]
    public void Cut_to_each_length_it_is_refused_with_the_length(byte[] sound)
    {
        for (int length = 0; length < sound.Length; length++)
        {
            var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(sound[..length]));
            Assert.Contains($"{length} bytes", error.Message);
        }
        Assert.NotNull(PoolSegment.Open(sound));
    }

    [Theory, MemberData(nameof(Sorts))]
    public void A_flipped_bit_of_what_describes_the_pool_is_found(byte[] sound)
    {
        // The seed of a pool that has none means nothing.
        int end = sound == Keyed ? Pools.SeedEndsAt : Pools.CheckSumEndsAt;
        for (int bit = 0; bit < 8 * end; bit++)
        {
            byte[] damaged = Flip(sound, bit);
            Assert.Throws<SegmentException>(() => PoolSegment.Open(damaged));
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_else_never_throws_and_leaves_size_and_targets()
    {
        for (int bit = 8 * Pools.CheckSumEndsAt; bit < 8 * Sound.Length; bit++)
        {
            var pool = PoolSegment.Open(Flip(Sound, bit));
            Assert.Equal(Pools.Small, pool.Size);
            for (uint hash = 0; hash < 23; hash++)
            {
                pool.Locate(hash);
            }
            var (marks, entries) = Pools.Reading(pool);
            bool isInTable = bit / 8 >= Pools.HeaderBytes;
            if (!isInTable && bit != 8 * Pools.GenerationAt)
            {
                // But for the bit that says which side is in force.
                Assert.Equal(0, pool.OwnMark);
                Assert.Equal(Pools.Slots(Pools.Small, 11, 12, 13), marks);
                Assert.Equal(TextbookTable.OfPool(Pools.Small, marks), entries);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void Another_version_is_refused_by_its_number(byte version)
    {
        byte[] bytes = [.. Sound];
        bytes[Pools.VersionAt] = version;
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.Equal($"a pool of version {version}, expected 2", error.Message);
    }

    [Fact]
    public void The_older_version_is_not_taken_for_granted()
    {
        byte[] bytes = [.. Sound];
        bytes[Pools.VersionAt] = 1;
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.StartsWith("a damaged pool: M=23, N=4", error.Message);
    }

    [Fact]
    public void A_way_to_know_targets_that_nobody_knows_is_refused()
    {
        byte[] bytes = [.. Keyed];
        bytes[Pools.IdentityAt] = 2;
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.Equal("a damaged pool: identity 2", error.Message);
    }

    [Fact]
    public void Sizes_that_are_sound_but_of_another_pool_are_refused()
    {
        byte[] bytes = [.. Sound];
        bytes[Pools.EntriesAt] = 19;
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.Equal("a damaged pool: M=19, N=4", error.Message);
    }

    [Fact]
    public void Sizes_that_no_pool_has_are_refused_with_the_reason()
    {
        byte[] bytes = [.. Sound];
        bytes[Pools.SlotsAt] = 0;
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.Equal("a damaged pool: M=23, N=0 N must be at least 1", error.Message);
    }

    [Fact]
    public void A_segment_whose_init_did_not_finish_is_no_pool()
    {
        byte[] bytes = [.. Sound];
        bytes.AsSpan(0, 8).Clear();
        var error = Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        Assert.Equal("not a pool, or one whose init did not finish", error.Message);
    }

    [Fact]
    public void Foreign_bytes_are_no_pool() => Seeded.Run(random =>
    {
        for (int i = 0; i < 1_000; i++)
        {
            var bytes = new byte[random.Next(5_000)];
            random.NextBytes(bytes);
            Assert.Throws<SegmentException>(() => PoolSegment.Open(bytes));
        }
    });

    [Theory, MemberData(nameof(Sorts))]
    public void Any_damage_to_the_tables_gives_a_mark_or_none_but_no_exception(byte[] sound) => Seeded.Run(random =>
    {
        for (int i = 0; i < 1_000; i++)
        {
            byte[] bytes = [.. sound];
            random.NextBytes(bytes.AsSpan(Pools.GenerationAt));
            var pool = PoolSegment.Open(bytes);
            for (uint hash = 0; hash < 23; hash++)
            {
                var location = pool.Locate(hash);
                Assert.InRange(location.Slot ?? 0, 0, Pools.Small.Slots - 1);
                Assert.True(location.Mark is null or { Value: >= 0 });
                pool.TryFindOther(hash, out _, out _);
            }
            AssertIsSane(pool.Snapshot());
        }
    });

    [Fact]
    public void Half_written_garbage_is_not_seen_and_the_next_writer_repairs_it()
    {
        byte[] bytes = [.. Sound];
        var reader = PoolSegment.Open(bytes);
        var before = Pools.Text(reader);

        Pools.SideNotInForce(bytes).Fill(0x77);
        Assert.Equal(before, Pools.Text(reader));

        PoolSegment.Open(bytes).Publish([21, 22, 23, 24]);
        Assert.Equal(Pools.Text(Pools.Of(Pools.Small, 21, 22, 23, 24)), Pools.Text(reader));
    }

    /// <summary>Whatever stands there, a reading holds nothing that the rest of the program does not know.</summary>
    private static void AssertIsSane(PoolSnapshot snapshot)
    {
        Assert.True(snapshot.Content.Settings.MinActive >= 1);
        Assert.True(Enum.IsDefined(snapshot.Content.Settings.WhenEmpty));
        Assert.All(snapshot.Entries, slot => Assert.InRange(slot, -1, Pools.Small.Slots - 1));
        foreach (var target in snapshot.Content.Slots.OfType<SlotTarget>())
        {
            Assert.True(target.Mark.Value >= 0);
            Assert.True(Enum.IsDefined(target.State) && Enum.IsDefined(target.Health));
            Assert.True(target.Name is null || TargetName.TryParse(target.Name.Value.Text, out _, out _));
        }
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] damaged = [.. bytes];
        damaged[bit / 8] ^= (byte)(1 << bit % 8);
        return damaged;
    }
}
