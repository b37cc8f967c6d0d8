using Nfqlb.Flows;
using Nfqlb.Maglev;

namespace Nfqlb.Tests.Flows;

/// <summary>Setting and deleting flows while workers read.</summary>
public class FlowTableTests
{
    private readonly FlowTable _flows = new(workers: 2);
    private readonly TargetPool _pool = NamedPools.Of("lb");

    [Fact]
    public void A_set_in_force_never_changes()
    {
        _flows.Set(FlowOf("a"), _pool);
        var before = _flows.Current;
        _flows.Set(FlowOf("b"), _pool);
        _flows.Delete(new FlowName("a"));
        Assert.Equal(["a"], NamesOf(before));
        Assert.Equal(["b"], NamesOf(_flows.Current));
    }

    [Fact]
    public void Setting_what_is_already_there_changes_nothing()
    {
        Assert.True(_flows.Set(Everything(), _pool));
        var before = _flows.Current;
        Assert.False(_flows.Set(Everything(), _pool));
        Assert.Same(before, _flows.Current);
    }

    [Fact]
    public void A_set_is_compact_until_its_next_change()
    {
        _flows.Set(FlowOf("a"), _pool);
        _flows.Set(FlowOf("b"), _pool);
        Assert.False(_flows.Current.IsCompact);

        Assert.True(_flows.Compact());
        Assert.True(_flows.Current.IsCompact);
        Assert.Equal(["a", "b"], NamesOf(_flows.Current));

        _flows.Delete(new FlowName("a"));
        Assert.False(_flows.Current.IsCompact);
        Assert.Equal(["b"], NamesOf(_flows.Current));
    }

    [Fact]
    public void No_change_is_lost_to_compacting()
    {
        const int most = 100_000;
        bool cameInBetween = false;
        int count = 0;
        var other = new Thread(() =>
        {
            for (; count < most && !Volatile.Read(ref cameInBetween); count++)
            {
                _flows.Set(FlowOf($"f{count}"), _pool);
            }
        });
        other.Start();
        while (other.IsAlive)
        {
            Volatile.Write(ref cameInBetween, Volatile.Read(ref cameInBetween) || !_flows.Compact());
        }

        Assert.True(cameInBetween, "no change came in between");
        Assert.Equal(count, _flows.Current.Count);
    }

    public static TheoryData<string, Action<FlowText>> Changes => new()
    {
        { "priority", flow => flow.Priority = "8" },
        { "destinations", flow => flow.Destinations = "10.0.0.0/9" },
        { "sources", flow => flow.Sources = null },
        { "destination ports", flow => flow.DestinationPorts = "80-83" },
        { "source ports", flow => flow.SourcePorts = "1-3" },
        { "match", flow => flow.Match = "sctp[0:1]=3" },
        { "target", flow => flow.Target = "other" },
    };

    [Theory, MemberData(nameof(Changes))]
    public void A_change_in_any_respect_is_a_change(string what, Action<FlowText> change)
    {
        _flows.Set(Everything(), _pool);
        var text = EverythingText();
        change(text);
        Assert.True(_flows.Set(text.Parse(), _pool), what);
    }

    [Fact]
    public void Another_pool_of_the_same_name_is_a_change()
    {
        _flows.Set(FlowOf("a"), _pool);
        var replaced = NamedPools.Of("lb");
        Assert.True(_flows.Set(FlowOf("a"), replaced));
        Assert.Same(replaced, Assert.Single(_flows.Current.Entries).Pool);
    }

    [Fact]
    public void Redefinition_keeps_place_and_count_where_1_2_0_reset_the_count()
    {
        foreach (string name in new[] { "a", "b", "c" })
        {
            _flows.Set(FlowOf(name), _pool);
        }
        _flows.Current.Entries[1].Counter.Increment(worker: 0);
        _flows.Current.Entries[1].Counter.Increment(worker: 1);

        _flows.Set(FlowOf("b", priority: 5), _pool);
        Assert.Equal(["b", "a", "c"], NamesOf(_flows.Current));
        Assert.Equal(2, _flows.Current.Entries[0].Counter.Sum);
        _flows.Set(FlowOf("b"), _pool);
        Assert.Equal(["a", "b", "c"], NamesOf(_flows.Current));
    }

    [Fact]
    public void Deleting_forgets_the_count_and_deleting_again_does_nothing()
    {
        _flows.Set(FlowOf("a"), _pool);
        _flows.Current.Entries[0].Counter.Increment(worker: 0);
        Assert.True(_flows.Delete(new FlowName("a")));
        Assert.Empty(_flows.Current.Entries);

        var before = _flows.Current;
        Assert.False(_flows.Delete(new FlowName("a")));
        Assert.Same(before, _flows.Current);
        _flows.Set(FlowOf("a"), _pool);
        Assert.Equal(0, _flows.Current.Entries[0].Counter.Sum);
    }

    [Fact]
    public void A_helper_flow_comes_before_its_flow_changes_with_it_and_goes_with_it()
    {
        _flows.Set(Encapsulated(priority: "50"), _pool);
        Assert.Equal(["#e", "e"], NamesOf(_flows.Current));
        var helper = _flows.Current.Entries[0];
        Assert.Null(helper.Pool);
        Assert.Equal(Protocols.Udp, helper.Flow.Protocols);
        Assert.Equal("9899", string.Join(',', helper.Flow.DestinationPorts));
        helper.Counter.Increment(worker: 0);

        _flows.Set(Encapsulated(priority: "60"), _pool);
        Assert.Equal([60, 60], _flows.Current.Entries.Select(entry => entry.Flow.Priority));
        Assert.Equal(1, _flows.Current.Entries[0].Counter.Sum);

        _flows.Delete(new FlowName("e"));
        Assert.Empty(_flows.Current.Entries);
    }

    [Fact]
    public void Udp_encapsulation_may_not_be_altered()
    {
        _flows.Set(Encapsulated(), _pool);
        _flows.Set(FlowOf("plain"), _pool);
        var before = _flows.Current;
        foreach (var altered in new[] { Encapsulated(port: null), Encapsulated(port: "9900") })
        {
            var error = Assert.Throws<FlowException>(() => _flows.Set(altered, _pool));
            Assert.Equal("FAIL: Alter udpencap not allowed", error.Message);
        }
        Assert.Throws<FlowException>(() => _flows.Set(Encapsulated(name: "plain"), _pool));
        Assert.Same(before, _flows.Current);
    }

    [Fact]
    public void Pools_are_those_that_flows_lead_to_each_once()
    {
        var other = NamedPools.Of("other");
        _flows.Set(FlowOf("a"), _pool);
        _flows.Set(FlowOf("b"), other);
        _flows.Set(Encapsulated(), _pool);
        Assert.Equal([_pool, other], _flows.Pools().OrderBy(pool => pool.Name.Text));
    }

    [Fact]
    public async Task Writers_exclude_each_other_and_readers_see_whole_sets()
    {
        // Each writer sets, redefines and deletes an encapsulated flow of its own: it and its helper always agree.
        const int Writers = 3;
        const int SetsToSee = 1_000;
        using var hasSeenEnough = new CancellationTokenSource();
        var reader = OnItsThread(() =>
        {
            var last = _flows.Current;
            for (int seen = 0; seen < SetsToSee;)
            {
                var flows = _flows.Current;
                seen += ReferenceEquals(flows, last) ? 0 : 1;
                last = flows;
                AssertWhole(flows);
            }
        });
        var writers = Enumerable.Range(0, Writers).Select(writer => OnItsThread(() =>
        {
            for (int round = 0; !hasSeenEnough.IsCancellationRequested; round++)
            {
                _flows.Set(Encapsulated($"w{writer}", priority: $"{round % 10}"), _pool);
                if (round % 10 == 9)
                {
                    _flows.Delete(new FlowName($"w{writer}"));
                }
            }
            _flows.Set(Encapsulated($"w{writer}", priority: "99"), _pool);
        })).ToList();
        try
        {
            await reader.WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            await hasSeenEnough.CancelAsync();
            await Task.WhenAll(writers);
        }
        Assert.Equal(2 * Writers, _flows.Current.Entries.Length);
        Assert.All(_flows.Current.Entries, entry => Assert.Equal(99, entry.Flow.Priority));
    }

    private static Task OnItsThread(Action body) =>
        Task.Factory.StartNew(body, TaskCreationOptions.LongRunning);

    private static void AssertWhole(FlowSet flows)
    {
        var entries = flows.Entries;
        foreach (var entry in entries)
        {
            if (entry.Pool is not null)
            {
                var helper = Assert.Single(entries, other => other.Flow.Name == entry.Flow.Name.Helper);
                Assert.Equal(entry.Flow.Priority, helper.Flow.Priority);
            }
        }
        Assert.Equal(0, entries.Length % 2);
        Assert.Equal(entries.OrderByDescending(entry => entry.Flow.Priority), entries);
    }

    private static Flow FlowOf(string name, int priority = 0) =>
        new() { Name = new FlowName(name), Target = new PoolName("lb"), Priority = priority };

    private static Flow Encapsulated(string name = "e", string priority = "0", string? port = "9899") => new FlowText
    {
        Name = name, Target = "lb", Priority = priority, Protocols = "sctp", UdpEncapsulation = port,
    }.Parse();

    private static Flow Everything() => EverythingText().Parse();

    private static FlowText EverythingText() => new()
    {
        Name = "all", Target = "lb", Priority = "7", Protocols = "sctp", Destinations = "10.0.0.0/8,::/0",
        Sources = "2000::/3", DestinationPorts = "80,82,81", SourcePorts = "1-2", Match = "sctp[0:1]=2",
        UdpEncapsulation = "9899",
    };

    private static IEnumerable<string> NamesOf(FlowSet flows) => flows.Entries.Select(entry => entry.Flow.Name.Text);
}
