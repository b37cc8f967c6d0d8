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

    [Fact]
    public void A_name_has_255_characters_at_most()
    {
        Assert.True(PoolName.TryParse(new string('a', 255), out _, out _));
        Assert.False(PoolName.TryParse(new string('a', 256), out _, out string reason));
        Assert.Equal("longer than 255 characters", reason);
    }
}
