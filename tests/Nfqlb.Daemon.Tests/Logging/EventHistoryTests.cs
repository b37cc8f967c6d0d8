using System.Text.Json;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Tests.Support;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Tests.Logging;

/// <summary>What is kept of events: bounded, in order, and what is missing is known.</summary>
public class EventHistoryTests
{
    private const long First = 1_000_000;

    private readonly EventHistory _history = new(First);

    [Fact]
    public void Numbers_rise_by_one_and_whoever_knows_some_gets_the_rest()
    {
        Add(3);
        Assert.Equal(["1000000", "1000001", "1000002"], _history.After(null).Lines);
        Assert.Equal(["1000002"], _history.After(First + 1).Lines);
        var none = _history.After(First + 2);
        Assert.Equal((0, First + 2, 0), (none.Lines.Count, none.Last, none.Missed));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(First - 1)]
    [InlineData(First + 2000)]
    public void One_who_comes_from_another_process_gets_all_and_missed_nothing(long id)
    {
        Add(3);
        var all = _history.After(id);
        Assert.Equal((3, 0), (all.Lines.Count, all.Missed));
    }

    [Fact]
    public void Where_events_are_forgotten_it_is_told_how_many()
    {
        Add(5);
        Add(EventHistory.MostEvents + 7);
        var read = _history.After(First + 4);
        Assert.Equal((EventHistory.MostEvents, 7), (read.Lines.Count, read.Missed));
        Assert.Equal("{\"missed\":7}\n", read.Parts().First());
        Assert.Equal(0, _history.After(null).Missed);
    }

    [Fact]
    public void Long_lines_push_out_more_than_short_ones_and_one_stays()
    {
        Add(10);
        _history.Add(_ => new string('x', EventHistory.MostCharacters));
        Assert.Single(_history.After(null).Lines);
        Add(2);
        Assert.Equal(2, _history.After(null).Lines.Count);
    }

    [Fact]
    public void It_is_as_a_list_of_the_last_ones_would_be() => Seeded.Run(random =>
    {
        var history = new EventHistory(First);
        var all = new List<string>();
        long known = First - 1;
        for (int step = 0; step < 2000; step++)
        {
            if (random.Next(4) > 0)
            {
                int length = random.Next(2 * EventHistory.MostCharacters / 100);
                history.Add(id =>
                {
                    all.Add(new string('-', length) + id);
                    return all[^1];
                });
                continue;
            }
            var read = history.After(known);
            int count = all.Count - (int)(known + 1 - First);
            Assert.Equal(count, read.Missed + read.Lines.Count);
            Assert.Equal(all.TakeLast(read.Lines.Count), read.Lines);
            Assert.True(read.Lines.Count <= 1 || read.Lines.Sum(line => line.Length) <= EventHistory.MostCharacters);
            Assert.True(read.Missed == 0
                || all.TakeLast(read.Lines.Count + 1).Sum(line => line.Length) > EventHistory.MostCharacters);
            known = random.Next(3) > 0 ? read.Last : known;
        }
    });

    [Fact]
    public async Task Whoever_waits_hears_of_the_next_one()
    {
        Assert.False(_history.NewsAfter(First - 1).IsCompleted);
        var news = _history.NewsAfter(First - 1);
        Add(1);
        await news.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(_history.NewsAfter(First - 1).IsCompleted);
        Assert.False(_history.NewsAfter(First).IsCompleted);
    }

    [Fact]
    public void The_log_keeps_what_its_level_leaves_out_but_no_debugging_and_cuts_what_is_long()
    {
        var written = new StringWriter();
        using var log = new EventLog(LogFormat.Text, written, TimeProvider.System);
        log.Write(Severity.Debug, "nothing changed");
        log.Write(Severity.Info, "flow set", new LogField("flow", "f"));
        string @long = "x" + string.Concat(Enumerable.Repeat("\U0001f600", 5000));
        log.Write(
            Severity.Notice, TraceAreas.None, "put back",
            [new LogField("object", @long)], [new LogField("by", "drift")]);

        string[] lines = [.. log.History.After(null).Lines];
        Assert.Equal(2, lines.Length);
        var flow = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(("flow set", "f"), (flow.GetProperty("event").GetString(), flow.GetProperty("flow").GetString()));
        var back = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal("drift", back.GetProperty("by").GetString());
        Assert.EndsWith("~", back.GetProperty("object").GetString());
        Assert.InRange(lines[1].Length, 1000, 10_000);
        Assert.Equal(flow.GetProperty("id").GetInt64() + 1, back.GetProperty("id").GetInt64());

        Assert.DoesNotContain("flow set", $"{written}");
        Assert.DoesNotContain("drift", $"{written}");
    }

    private void Add(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _history.Add(id => $"{id}");
        }
    }
}
