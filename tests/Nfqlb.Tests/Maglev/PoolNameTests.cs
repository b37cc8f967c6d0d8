using Nfqlb.Maglev;

namespace Nfqlb.Tests.Maglev;

/// <summary>What may be a name in /dev/shm.</summary>
public class PoolNameTests
{
    [Theory]
    [InlineData("lb-1")]
    [InlineData("tshm-stream-a.trench_b")]
    [InlineData("x")]
    [InlineData("...")]
    [InlineData("~!@#$%^&*()[]{};:,<>?|`+=")]
    public void Plain_text_is_taken(string text)
    {
        Assert.True(PoolName.TryParse(text, out var name, out string reason), reason);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "not a file name")]
    [InlineData("..", "not a file name")]
    [InlineData("../etc/passwd", "'/' is not allowed")]
    [InlineData("/lb", "'/' is not allowed")]
    [InlineData("a b", "character 0x20 is not allowed")]
    [InlineData("a\nb", "character 0x0a is not allowed")]
    [InlineData("a\0", "character 0x00 is not allowed")]
    [InlineData("\x7f", "character 0x7f is not allowed")]
    [InlineData("\x20ac", "character 0x20ac is not allowed")]
    [InlineData("a\"b", "\" is not allowed")]
    [InlineData("a\\b", "\\ is not allowed")]
    [InlineData("a'b", "' is not allowed")]
    public void All_else_is_refused_with_a_reason(string text, string expected)
    {
        Assert.False(PoolName.TryParse(text, out _, out string reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData("nfqlb-trace")]
    [InlineData("ftshm")]
    [InlineData("nfqlb-wanted")]
    [InlineData("nfqlb-wanted.lock")]
    [InlineData("nfqlb-wanted.new")]
    [InlineData("nfqlb-wanted.next")]
    [InlineData("nfqlb-wanted.next.new")]
    [InlineData(".nfqlb-init-lb")]
    [InlineData(".nfqlb-stats-x")]
    public void What_nfqlb_has_for_itself_is_no_pool(string text)
    {
        Assert.False(PoolName.TryParse(text, out _, out string reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("nfqlb")]
    [InlineData("nfqlb-traces")]
    [InlineData("ftshm2")]
    [InlineData("nfqlb-wanted-pool")]
    [InlineData("nfqlb-wanted.pool")]
    [InlineData(".nfqlb")]
    [InlineData("other.lock")]
    public void What_only_looks_like_it_is(string text) => Assert.True(PoolName.TryParse(text, out _, out _));

    [Fact]
    public void Another_name_of_the_wanted_state_takes_the_place_of_the_usual_one()
    {
        Assert.NotEmpty(SegmentName.ComplaintOfPool("other.lock", wanted: "other"));
        Assert.Empty(SegmentName.ComplaintOfWanted("other"));
        Assert.Empty(SegmentName.ComplaintOfWanted("nfqlb-wanted"));
        Assert.NotEmpty(SegmentName.ComplaintOfWanted("ftshm"));
        Assert.NotEmpty(SegmentName.ComplaintOfWanted("nfqlb-trace"));
        Assert.Empty(SegmentName.ComplaintOfStatistics("ftshm"));
        Assert.NotEmpty(SegmentName.ComplaintOfStatistics("nfqlb-wanted"));
    }

    [Fact]
    public void A_name_has_255_characters_at_most()
    {
        Assert.True(PoolName.TryParse(new string('a', 255), out _, out _));
        Assert.False(PoolName.TryParse(new string('a', 256), out _, out string reason));
        Assert.Equal("longer than 255 characters", reason);
    }
}
