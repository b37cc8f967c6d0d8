using Nfqlb.Flows;

namespace Nfqlb.Tests.Flows;

/// <summary>What may name a flow: text that needs no quoting in a listing or a line of the protocol.</summary>
public class FlowNameTests
{
    [Theory]
    [InlineData("flow-1")]
    [InlineData("load-balancer-a1.stream-a/conduit")]
    [InlineData("a#b")]
    [InlineData("~")]
    public void Plain_text_is_taken(string text)
    {
        Assert.True(FlowName.TryParse(text, out var name, out string reason), reason);
        Assert.Equal(text, name.ToString());
        Assert.Equal("#" + text, name.Helper.ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("#flow", "a leading '#' is for helper flows")]
    [InlineData("a b", "character 0x20 is not allowed")]
    [InlineData("a\nname:b", "character 0x0a is not allowed")]
    [InlineData("a\r", "character 0x0d is not allowed")]
    [InlineData("ä", "character 0xe4 is not allowed")]
    [InlineData("a\"", "\" is not allowed")]
    [InlineData("a\\", "\\ is not allowed")]
    public void All_else_is_refused_with_a_reason(string text, string expected)
    {
        Assert.False(FlowName.TryParse(text, out _, out string reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void A_name_has_255_characters_at_most()
    {
        Assert.True(FlowName.TryParse(new string('a', 255), out _, out _));
        Assert.False(FlowName.TryParse(new string('a', 256), out _, out string reason));
        Assert.Equal("longer than 255 characters", reason);
    }
}
