using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Marks;

/// <summary>Which bits of a mark are whose.</summary>
public class MarkMaskTests
{
    [Fact]
    public void Every_bit_is_taken_from_whom_it_belongs_to() => Seeded.Run(random =>
    {
        for (int i = 0; i < 2000; i++)
        {
            uint bits = (uint)random.NextInt64(1, 1L << 32);
            uint carried = (uint)random.NextInt64(1L << 32);
            uint own = (uint)random.Next();
            uint merged = new MarkMask(bits).Merge(carried, new FirewallMark((int)own));
            for (int bit = 0; bit < 32; bit++)
            {
                bool isOurs = (bits >> bit & 1) == 1;
                Assert.Equal((isOurs ? own : carried) >> bit & 1, merged >> bit & 1);
            }
            Assert.Equal((own & bits) == own, new MarkMask(bits).Fits(new FirewallMark((int)own)));
            Assert.Equal(own & bits, (uint)new MarkMask(bits).Own(merged).Value);
        }
    });

    [Fact]
    public void The_default_has_all_bits()
    {
        MarkMask mask = default;
        Assert.Equal((uint.MaxValue, true, MarkMask.All), (mask.Bits, mask.IsAll, mask));
        Assert.Equal(101u, mask.Merge(uint.MaxValue, new FirewallMark(101)));
        Assert.Equal(MarkMask.All, new MarkMask(uint.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarkMask(0));
    }

    [Theory]
    [InlineData("0x00ff0000", 0xff0000)]
    [InlineData("0XFF", 0xff)]
    [InlineData("255", 255)]
    [InlineData("4294967295", uint.MaxValue)]
    [InlineData("0xffffffff", uint.MaxValue)]
    public void People_write_it_in_either_way(string text, uint bits)
    {
        Assert.True(MarkMask.TryParse(text, out var mask));
        Assert.Equal(bits, mask.Bits);
        Assert.True(MarkMask.TryParse($"{mask}", out var again));
        Assert.Equal(mask, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0x")]
    [InlineData("0x0")]
    [InlineData("-1")]
    [InlineData(" 1")]
    [InlineData("0x-1")]
    [InlineData("0x 1")]
    [InlineData("ff")]
    [InlineData("0x100000000")]
    [InlineData("4294967296")]
    public void What_has_no_bit_or_too_many_is_none(string text)
    {
        Assert.False(MarkMask.TryParse(text, out var mask));
        Assert.Equal(MarkMask.All, mask);
    }
}
