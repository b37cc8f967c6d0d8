using Nfqlb.Queues;

namespace Nfqlb.Tests.Queues;

public sealed class QueueRangeTests
{
    [Theory]
    [InlineData("2", 2, 2)]
    [InlineData("0", 0, 0)]
    [InlineData("0:3", 0, 3)]
    [InlineData("5:5", 5, 5)]
    [InlineData("007", 7, 7)]
    [InlineData("65535", 65535, 65535)]
    [InlineData("0:65535", 0, 65535)]
    public void Reads_one_queue_or_a_range(string text, int first, int last)
    {
        Assert.True(QueueRange.TryParse(text, out var range, out string? error), error);
        Assert.Equal((first, last), (range.First.Value, range.Last.Value));
        Assert.Equal(last - first + 1, range.Count);
        Assert.Equal(Enumerable.Range(first, range.Count), range.Numbers.Select(number => (int)number.Value));
    }

    [Theory]
    [InlineData("", "queue \"\" is not a number from 0 to 65535")]
    [InlineData("x", "queue \"x\" is not a number from 0 to 65535")]
    [InlineData("-1", "queue \"-1\" is not a number from 0 to 65535")]
    [InlineData("+1", "queue \"+1\" is not a number from 0 to 65535")]
    [InlineData(" 1", "queue \" 1\" is not a number from 0 to 65535")]
    [InlineData("0x2", "queue \"0x2\" is not a number from 0 to 65535")]
    [InlineData("1.0", "queue \"1.0\" is not a number from 0 to 65535")]
    [InlineData("65536", "queue \"65536\" is not a number from 0 to 65535")]
    [InlineData("99999999999999999999", "queue \"99999999999999999999\" is not a number from 0 to 65535")]
    [InlineData(":", "queue \"\" is not a number from 0 to 65535")]
    [InlineData("1:", "queue \"\" is not a number from 0 to 65535")]
    [InlineData(":1", "queue \"\" is not a number from 0 to 65535")]
    [InlineData("0:70000", "queue \"70000\" is not a number from 0 to 65535")]
    [InlineData("0-3", "queue \"0-3\" is not a number from 0 to 65535")]
    [InlineData("0:1:2", "queue range \"0:1:2\" has more than one colon")]
    [InlineData("3:0", "queue range \"3:0\" ends before it begins")]
    public void Says_what_is_wrong_with_anything_else(string text, string expected)
    {
        Assert.False(QueueRange.TryParse(text, out _, out string? error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0:3")]
    public void Prints_what_it_reads(string text)
    {
        Assert.True(QueueRange.TryParse(text, out var range, out _));
        Assert.Equal(text, range.ToString());
    }

    [Fact]
    public void Cannot_be_made_backwards() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueueRange(new QueueNumber(3), new QueueNumber(2)));
}
