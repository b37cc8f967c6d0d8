using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Tests.Maglev;

/// <summary>Which pools can be made, and what they cost.</summary>
public class PoolSizeTests
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    [InlineData(997, 32)]
    [InlineData(993_997, 65_535)]
    public void Can_be_made(int entries, int slots)
    {
        Assert.True(new PoolSize(entries, slots).IsValid(out string reason), reason);
        Assert.Equal("", reason);
    }

    [Theory]
    [InlineData(2, 1, "M must be from 3 to 994009")]
    [InlineData(-1, 1, "M must be from 3 to 994009")]
    [InlineData(1_000_003, 1, "M must be from 3 to 994009")]
    [InlineData(int.MaxValue, int.MaxValue, "M must be from 3 to 994009")]
    [InlineData(998, 1, "M must be a prime")]
    [InlineData(994_009, 1, "M must be a prime")]
    [InlineData(997, 0, "N must be at least 1")]
    [InlineData(997, int.MinValue, "N must be at least 1")]
    [InlineData(5, 100, "N can't be larger than M")] // recorded
    [InlineData(993_997, 65_536, "N can't be larger than 65535")]
    public void Cannot_be_made(int entries, int slots, string expected)
    {
        Assert.False(new PoolSize(entries, slots).IsValid(out string reason));
        Assert.Equal(expected, reason);
        Assert.Throws<SegmentException>(() => PoolSegment.Format(new byte[128], new PoolSize(entries, slots), 0));
    }

    [Fact]
    public void A_pool_takes_two_sides_of_2_bytes_an_entry_and_12_a_slot_where_1_2_0_took_their_product()
    {
        const int HeaderSettingsAndPadding = 128 + 2 * 64 + 6 * 63;
        foreach (var (entries, slots) in new[] { (3, 1), (997, 32), (9_973, 100), (993_997, 1), (993_997, 65_535) })
        {
            int least = 2 * (2 * entries + 12 * slots);
            Assert.InRange(
                PoolSegment.BytesFor(new PoolSize(entries, slots)), least, least + HeaderSettingsAndPadding);
        }
        Assert.InRange(PoolSegment.BytesFor(new PoolSize(9_973, 100)), 42_000, 43_000);
        var keyed = new PoolShape(new PoolSize(9_973, 100), new HashSeed(1, 2));
        Assert.Equal(2 * 64 * 100, PoolSegment.BytesFor(keyed) - PoolSegment.BytesFor(keyed.Size));
    }
}
