using Nfqlb.Linux.Netlink.Nftables;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Lengths as text and back.</summary>
public sealed class PrefixLengthsTests
{
    [Theory]
    [InlineData("/8", new[] { 8 })]
    [InlineData("/8,16", new[] { 8, 16 })]
    [InlineData("/0-1", new[] { 0, 1 })]
    [InlineData("/8,24-26,128", new[] { 8, 24, 25, 26, 128 })]
    public void Neighbours_are_a_range(string text, int[] lengths)
    {
        Assert.Equal(text, PrefixLengths.Format(lengths));
        Assert.Equal(lengths, PrefixLengths.Parse(text, 128));
    }

    [Fact]
    public void The_longest_text_fits_beside_an_element()
    {
        int[] everySecond = [.. Enumerable.Range(0, 65).Select(i => 2 * i)];
        string text = PrefixLengths.Format(everySecond);

        Assert.Equal(205, text.Length);
        Assert.Equal(everySecond, PrefixLengths.Parse(text, 128));
        Assert.True(ElementUserData.Format(text, isOpen: true).Length <= 256, "NFT_USERDATA_MAXLEN");
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("/")]
    [InlineData("/33")]
    [InlineData("/8,")]
    [InlineData("/8-")]
    [InlineData("/-8")]
    [InlineData("/8-9-10")]
    [InlineData("/9-8")]
    [InlineData("/ 8")]
    [InlineData("/99999999999")]
    [InlineData("my web servers")]
    public void Words_of_others_say_no_length(string text) => Assert.Empty(PrefixLengths.Parse(text, 32));
}
