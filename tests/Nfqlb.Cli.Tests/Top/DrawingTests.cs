using Nfqlb.Cli.Top;
using Nfqlb.Maglev;

namespace Nfqlb.Cli.Tests.Top;

/// <summary>What stands on the screen, whatever size it has.</summary>
public class DrawingTests
{
    private const string Title = "nfqlb top  unix:nfqlb";

    [Fact]
    public void Everything_is_shown_where_there_is_room() => Assert.Equal(
        """
        nfqlb top  unix:nfqlb
        1,200 packets/s  balanced 1,190/s  no flow 7  no target 5 +2.5/s  unparsable 0

        QUEUE  PACKETS/S  BACKLOG  QUEUE FULL  SOCKET FULL  VERDICT DROP
        0          1,200       12           3            0  12 +2.5/s

        TARGET   SLOT  MARK  PACKETS/S   SHARE   IDEAL
        web/red     0   101        900  75.0 %  50.0 %  ########
        web/1       1   102        300  25.0 %  50.0 %  ##...

        FLOW  PACKETS/S  PACKETS  POOL
        f0           40        0  web
        f1           39        1  web
        """.Replace("  12 +2.5/s", "     12 +2.5/s"),
        string.Join('\n', Draw(Sample(flows: 2), 100, 30)));

    /// <summary>While a pool drains, one line more, and none where there is no room for all.</summary>
    [Theory]
    [InlineData(100, 30)]
    [InlineData(30, 5)]
    public void A_drain_has_a_line(int width, int height)
    {
        var rates = Sample(flows: 10_000) with
        {
            Drain = new DrainLook(
                [new DrainingPoolLook("alt", 3, 101, 2.5), new DrainingPoolLook("web", 120, 997, 44.2)], 312, 0),
        };
        const string all = "web and 1 more drains for 45 s, 312 connections remembered, 120 of 997 entries";
        var lines = Draw(rates, width, height);
        Assert.Equal(all.Length <= width ? all : all[..(width - 1)] + "~", lines[2]);
        Assert.Equal(height, lines.Count);
        Assert.DoesNotContain(Draw(Sample(flows: 1), width, height), line => line.Contains("drains"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(20, 5)]
    [InlineData(40, 9)]
    [InlineData(60, 12)]
    [InlineData(80, 24)]
    [InlineData(300, 100)]
    public void No_line_is_too_long_and_none_too_many(int width, int height)
    {
        var lines = Draw(Sample(flows: 10_000), width, height);
        Assert.True(lines.Count <= height, $"{lines.Count} lines on a screen of {height}");
        Assert.All(lines, line => Assert.True(line.Length <= width, $"[{line}] is longer than {width}"));
    }

    [Fact]
    public void Every_line_is_used_and_the_busiest_of_many_flows_are_shown()
    {
        var lines = Draw(Sample(flows: 10_000), 80, 24);
        Assert.Equal(24, lines.Count);
        Assert.Contains(lines, line => line.StartsWith("FLOW (13 of 10000) "));
        Assert.StartsWith("f12 ", lines[^1]);
    }

    [Fact]
    public void A_narrow_screen_keeps_names_and_rates()
    {
        var lines = Draw(Sample(flows: 2), 20, 30);
        Assert.Contains("web/red        900", lines);
        Assert.Contains("f0           40", lines);
    }

    [Fact]
    public void Trouble_stands_there_instead_of_rates() => Assert.Equal(
        ["nfqlb top  uni~", "nobody listens~"],
        new Drawing(colours: false).Draw(Title, "nobody listens here", Sample(flows: 2), 15, 10));

    [Fact]
    public void Losses_are_red_and_nothing_else_is()
    {
        var red = new Drawing(colours: true).Draw(Title, null, Sample(flows: 2), 100, 30)
            .Where(line => line.Contains("[1;91m") || line.Contains("[1;31m") || line.Contains("[1;38;5;9m")).ToArray();
        Assert.Equal(2, red.Length);
        Assert.Contains("no target 5 +2.5/s", red[0]);
        Assert.Contains("12 +2.5/s", red[1]);
    }

    [Fact]
    public void Where_targets_are_checked_it_stands_beside_them_and_bad_ones_are_red()
    {
        var rates = Sample(flows: 1);
        Assert.DoesNotContain(Draw(rates, 120, 30), line => line.Contains("HEALTH"));
        var red = rates.Targets[0];
        rates = rates with
        {
            Targets =
            [
                red with
                {
                    Target = red.Target with
                    {
                        Verdict = new(new PoolName("web"), 0, "red", TargetHealth.Bad)
                        {
                            Since = "2026-11-28 10:00:00Z",
                            Error = "Connection refused",
                            Latency = TimeSpan.FromMilliseconds(0.5),
                        },
                    },
                },
                rates.Targets[1],
            ],
        };
        var wide = Draw(rates, 140, 30);
        Assert.Contains(wide, line => line.EndsWith($"HEALTH  {"SINCE",-20}   CHECK  LAST ERROR"));
        Assert.Contains(wide, line => line.EndsWith("bad     2026-11-28 10:00:00Z  0.5 ms  Connection refused"));
        Assert.Contains(wide, line => line.StartsWith("web/1") && line.EndsWith($"-       {"-",-20}       -"));
        var narrow = Draw(rates, 60, 30);
        Assert.Contains(narrow, line => line.Contains("bad") && !line.Contains("refused"));
        Assert.Contains(
            new Drawing(colours: true).Draw(Title, null, rates, 140, 30), line => line.Contains("\e[1;31mbad"));
    }

    [Theory]
    [InlineData(10, "4,2,4")]
    [InlineData(11, "4,2,5")]
    [InlineData(100, "4,2,9")]
    [InlineData(2, "1,1,0")]
    [InlineData(0, "0,0,0")]
    [InlineData(-3, "0,0,0")]
    public void Lines_are_shared_in_turns(int lines, string given) =>
        Assert.Equal(given, string.Join(',', Allotment.Of([4, 2, 9], lines)));

    private static IReadOnlyList<string> Draw(Rates rates, int width, int height) =>
        [.. new Drawing(colours: false).Draw(Title, null, rates, width, height).Select(line => line.TrimEnd())];

    private static Rates Sample(int flows) => new(
        1,
        new Counted(5000, 1200),
        new Counted(4000, 1190),
        new Counted(7, 0),
        new Counted(5, 2.5),
        default,
        [new QueueRate(0, new Counted(5000, 1200), new Counted(12, 2.5), 12, new Counted(3, 0), default(Counted))],
        [
            new TargetRate(new TargetLook("web", 0, 101, "red", 900, 0.5), new Counted(900, 900), 0.75),
            new TargetRate(new TargetLook("web", 1, 102, null, 300, 0.5), new Counted(300, 300), 0.25),
        ],
        [
            .. Enumerable.Range(0, flows).Select(i =>
                new FlowRate(new FlowLook($"f{i}", "web", i), new Counted(i, Math.Max(0, 40 - i)))),
        ]);
}
