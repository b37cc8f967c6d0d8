using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Maglev;

/// <summary>Segments of version 1, which a balancer of that version may have open, are used as they are.</summary>
public class OldSegmentTests
{
    private const int OwnMark = OldSegment.OwnMark;

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var pool = PoolSegment.Open(OldSegment.Bytes(Pools.Small, 5, 11, 12, -1, 14));
        int[] marks = [11, 12, -1, 14];
        Assert.True(pool.IsOld);
        Assert.Equal(new PoolShape(Pools.Small), pool.Shape);
        Assert.Equal(OwnMark, pool.OwnMark);
        Assert.Equal(marks, Pools.Reading(pool).Marks);
        Assert.Equal(TextbookTable.OfPool(Pools.Small, marks), Pools.Reading(pool).Entries);
        var expected = PoolContent.Empty(pool.Shape, new PoolSettings(OwnMark)).WithMarks(marks);
        Assert.Equal(expected, pool.ReadContent());
        Assert.Equal(5ul, pool.Snapshot().Generation);
    }

    [Fact]
    public void Other_marks_give_the_bytes_that_the_old_version_would_have_written()
    {
        byte[] bytes = OldSegment.Bytes(Pools.Small, 4, 11, 12, 13, -1);
        PoolSegment.Open(bytes).Publish([11, -1, 13, 24]);
        byte[] expected = OldSegment.Bytes(Pools.Small, 5, 11, -1, 13, 24);

        // The side that is not in force is of no interest, and still the old one.
        var side = Pools.SideNotInForce(expected);
        OldSegment.Bytes(Pools.Small, 4, 11, 12, 13, -1).AsSpan(Pools.HeaderBytes, side.Length).CopyTo(side);
        Assert.Equal(expected, bytes);
    }

    [Fact]
    public void What_it_has_no_room_for_is_refused_and_changes_nothing()
    {
        byte[] bytes = OldSegment.Bytes(Pools.Small, 4, 11, 12, -1, -1);
        byte[] before = [.. bytes];
        var pool = PoolSegment.Open(bytes);
        var content = pool.ReadContent();
        Assert.True(pool.CanHold(content));
        PoolContent[] more =
        [
            content with { Settings = content.Settings with { OwnMark = 5 } },
            content with { Settings = content.Settings with { MinActive = 2 } },
            content with { Settings = content.Settings with { WhenEmpty = WhenEmpty.Keep } },
            With(content, target => target with { Weight = 2 }),
            With(content, target => target with { Weight = 0 }),
            With(content, target => target with { Priority = 1 }),
            With(content, target => target with { State = TargetState.Down }),
            With(content, target => target with { Health = TargetHealth.Bad }),
            content with { Shape = new PoolShape(Pools.Small, new HashSeed(1, 2)) },
        ];
        Assert.All(more, one => Assert.False(pool.CanHold(one)));
        Assert.All(more, one => Assert.Throws<ArgumentException>(() => pool.Publish(one)));
        Assert.Equal(before, bytes);
    }

    [Fact]
    public void In_a_tier_it_tells_its_own_mark_from_others()
    {
        var pool = PoolSegment.Open(OldSegment.Bytes(Pools.Small, 1, OwnMark, 12, 13, -1));
        for (uint hash = 0; hash < 23; hash++)
        {
            Assert.Equal(pool.Locate(hash).Mark!.Value.Value != OwnMark, pool.TryFindOther(hash, out _, out _));
        }
    }

    [Fact]
    public void Cut_to_each_length_it_is_refused()
    {
        byte[] sound = OldSegment.Bytes(Pools.Small, 1, 1, 2, 3, 4);
        for (int length = 0; length < sound.Length; length++)
        {
            Assert.Throws<SegmentException>(() => PoolSegment.Open(sound[..length]));
        }
    }

    [Fact]
    public void A_flipped_bit_of_what_describes_it_is_found()
    {
        byte[] sound = OldSegment.Bytes(Pools.Small, 1, 1, 2, 3, 4);
        for (int bit = 0; bit < 8 * Pools.CheckSumEndsAt; bit++)
        {
            if (bit / 8 is >= OldSegment.OwnMarkAt and < OldSegment.OwnMarkAt + 4)
            {
                continue; // Any value may stand there.
            }
            byte[] damaged = [.. sound];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<SegmentException>(() => PoolSegment.Open(damaged));
        }
    }

    private static PoolContent With(PoolContent content, Func<SlotTarget, SlotTarget> change) =>
        content.With(1, change(content.Slots[1]!.Value));
}
