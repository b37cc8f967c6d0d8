using Nfqlb.Control;

namespace Nfqlb.Cli.Tests.Control;

/// <summary>Events for people.</summary>
public class EventLineTests
{
    [Theory]
    [InlineData(
        """{"id":7,"time":"T","severity":"notice","event":"put back","object":"rule","by":"drift","done":"+ a\n+ b"}""",
        "7", "T notice  put back: rule (by drift)\n    + a\n    + b")]
    [InlineData(
        """{"id":8,"time":"T","severity":"warning","event":"target is bad","object":"web/red","reason":"a\u001b[2J"}""",
        "8", "T warning target is bad: web/red: a\\x1b[2J")]
    [InlineData(
        """{"id":9,"time":"T","severity":"info","event":"flow set","flow":"f","by":"process 4 of user 0"}""",
        "9", "T info    flow set flow f (by process 4 of user 0)")]
    [InlineData("""{"missed":12}""", null, "12 events were missed")]
    public void Who_did_what_when_and_why(string json, string? id, string words)
    {
        var line = new EventLine(json);
        Assert.Equal((id, words), (line.Id, line.ForPeople));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("{\"missed\":true}")]
    [InlineData("{\"event\":1}")]
    public void What_is_none_is_refused(string text) => Assert.Throws<ControlException>(() => new EventLine(text));
}
