using Nfqlb.Cli.Commands;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Health;

namespace Nfqlb.Cli.Tests.Health;

/// <summary>What a screen shows of a report, and how watching is asked for.</summary>
public class StatusWatchTests
{
    private static readonly string[] Report =
        ["ok    process    runs", "bad   target     web/red: no way", "                 -> ip link", "", "1 bad"];

    [Fact]
    public void All_where_there_is_room_and_what_is_wrong_where_there_is_little()
    {
        Assert.Equal(["title", .. Report], StatusWatch.Fit("title", Report, 80, 6));
        Assert.Equal(["title", Report[1], Report[2], "1 bad"], StatusWatch.Fit("title", Report, 80, 5));
        Assert.Equal(["tit~", "bad~"], StatusWatch.Fit("title", Report, 4, 2));
    }

    [Theory]
    [InlineData("1", "--watch")]
    [InlineData("5", "--watch=5")]
    [InlineData("5", "-w=5")]
    [InlineData("1", "--watch", "--json")]
    public void An_interval_may_be_given_or_not(string seconds, params string[] typed)
    {
        var command = new StatusCommand();
        var arguments = GetoptLongOnly.Parse(command, typed);
        command.Check(arguments);
        Assert.Equal(seconds, arguments.Text(command.Options.Single(option => option.Name == "watch")));
    }

    [Fact]
    public void What_stands_behind_without_an_equals_sign_is_no_interval()
    {
        var command = new StatusCommand();
        var arguments = GetoptLongOnly.Parse(command, ["--watch", "5"]);
        Assert.Equal("5", Assert.Single(arguments.Positionals));
        Assert.Throws<UsageException>(() => command.Check(arguments));
    }
}
