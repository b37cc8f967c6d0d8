using Nfqlb.Checks;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Checks;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Tests.Checks;

/// <summary>Real pools, and checks that end as the test says.</summary>
public sealed partial class CheckEngineTests : IDisposable
{
    private const int Slots = 8;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly PoolName _name = new($"nfqlb-test-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly ScriptedProber _prober = new();
    private readonly List<string> _told = [];
    private readonly HashSet<int> _dead = [];
    private CheckEngine _engine;

    public CheckEngineTests()
    {
        _prober.Answer = probe => _dead.Contains(probe.Mark.Value) ? CheckOutcome.Failed : CheckOutcome.Passed;
        _engine = Restarted();
    }

    public void Dispose() => PoolDirectory.Delete(_name);

    [Fact]
    public void The_first_result_decides_and_then_it_takes_so_many_in_a_row()
    {
        _dead.Add(103);
        Begin(Pool());
        Pass(Second);
        Assert.Equal("ggb", Healths());
        Assert.Equal([$"target is bad {_name}/slot 2 failed"], _told);

        _dead.Add(101);
        Pass(1.5 * Second);
        Assert.Equal("ggb", Healths());
        Pass(2 * Second);
        Assert.Equal("bgb", Healths());

        _dead.Clear();
        Pass(0.8 * Second);
        Assert.Equal("bgb", Healths());
        Pass(1.6 * Second);
        Assert.Equal("ggg", Healths());
        Assert.Equal(
            [
                $"target is bad {_name}/slot 0 failed", $"target is bad {_name}/slot 2 failed",
                $"target is good again {_name}/slot 0", $"target is good again {_name}/slot 2",
            ],
            _told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Many_that_fall_at_once_are_few_publications()
    {
        Begin(Pool(count: 8));
        Pass(3 * Second);
        ulong before = PoolDirectory.Open(_name).Generation;
        _dead.UnionWith(Enumerable.Range(101, 8));
        Pass(4 * Second);
        Assert.Equal("bbbbbbbb", Healths());
        Assert.InRange(PoolDirectory.Open(_name).Generation - before, 1u, 8u);
    }

    [Fact]
    public void Publications_of_a_pool_are_a_tenth_of_a_second_apart()
    {
        Begin(Pool(count: 8));
        var last = -Second;
        ulong generation = PoolDirectory.Open(_name).Generation;
        var random = new Random(1);
        for (var end = _prober.Now + 60 * Second; _prober.Now < end;)
        {
            _dead.SymmetricExceptWith([101 + random.Next(8)]);
            _engine.Turn();
            if (PoolDirectory.Open(_name).Generation is var now && now != generation)
            {
                Assert.True(_prober.Now - last >= TimeSpan.FromMilliseconds(100));
                (generation, last) = (now, _prober.Now);
            }
        }
    }

    [Fact]
    public void In_panic_all_are_used_and_it_is_told_and_ends()
    {
        Begin(Pool(count: 4, panic: 50));
        Pass(2 * Second);
        _dead.UnionWith([101, 102]);
        Pass(4 * Second);
        Assert.Equal("bbgg", Healths());
        _dead.Add(103);
        Pass(4 * Second);
        Assert.Equal("uuug", Healths());
        Assert.Contains($"too few targets are good: all are used {_name}", _told);
        var verdict = _engine.Snapshot.Targets[0].Verdict;
        Assert.Equal((TargetHealth.Bad, true), (verdict.Health, verdict.IsUsedAnyway));
        Assert.True(_engine.Snapshot.Pools[0].IsPanic);

        _dead.Remove(101);
        Pass(4 * Second);
        Assert.Equal("guug", Healths());
        _dead.Remove(102);
        Pass(4 * Second);
        Assert.Equal("ggbg", Healths());
        Assert.Contains($"good targets alone are used again {_name}", _told);
    }

    [Fact]
    public void A_new_process_goes_on_with_the_verdict_of_the_last()
    {
        _dead.Add(102);
        Begin(Pool());
        Pass(Second);
        Assert.Equal("gbg", Healths());

        // Neither does a first result decide there, nor is anything published before results do.
        _engine = Restarted();
        _dead.Clear();
        _dead.Add(101);
        _engine.Follow(State(Pool()));
        Pass(1.3 * Second);
        Assert.Equal("gbg", Healths());
        Pass(3 * Second);
        Assert.Equal("bgg", Healths());
    }

    [Fact]
    public void Who_is_not_checked_any_more_is_not_bad_any_more()
    {
        _dead.Add(102);
        Begin(Pool());
        Pass(Second);
        Assert.Equal("gbg", Healths());
        _engine.Follow(State(Pool() with { Check = null }));
        Pass(Second);
        Assert.Equal("uuu", Healths());
        int started = _prober.Started.Count;
        Pass(10 * Second);
        Assert.Equal(started, _prober.Started.Count);
        Assert.Empty(_engine.Snapshot.Targets);
    }

    [Fact]
    public void Targets_of_others_are_not_told_anything()
    {
        Begin(Pool());
        PoolDirectory.Change(_name, pool => pool
            .With(5, new SlotTarget(new(999)) { Health = TargetHealth.Bad })
            .With(1, new SlotTarget(new(998)) { Health = TargetHealth.Bad }));
        Pass(5 * Second);
        Assert.Equal("gbg..b..", AllHealths());
    }

    [Fact]
    public void An_edit_keeps_what_is_known_and_a_target_that_comes_is_checked_at_once()
    {
        _dead.Add(101);
        Begin(Pool());
        Pass(Second);
        var next = Pool(count: 4);
        PoolDirectory.Create(_name, Content(next));
        int checks = _prober.Started.Count;
        _engine.Follow(State(next with { Check = next.Check! with { Fall = 5, Timeout = Second / 10 } }));
        Pass(Second / 20);
        Assert.Equal("bggg", Healths()); // Known of three, the fourth new.
        Assert.True(_prober.Started.Count > checks);
    }

    [Fact]
    public void Equal_checks_are_done_once_and_none_twice_at_a_time()
    {
        var pool = Pool();
        var state = State(pool) with
        {
            Pools = [pool, pool with { Name = new(_name.Text + "b") }],
        };
        PoolDirectory.Create(_name, Content(pool));
        _engine.Follow(state);
        Pass(20 * Second);
        Assert.InRange(_prober.Started.Count, 3 * 18, 3 * 23);
        Assert.Equal(6, _engine.Snapshot.Targets.Length);
        var each = _prober.Started.Where(check => check.Probe.Mark.Value == 101).Select(check => check.Time).ToList();
        for (int i = 1; i < each.Count; i++)
        {
            Assert.InRange(each[i] - each[i - 1], 0.85 * Second, 1.15 * Second);
        }
    }

    [Fact]
    public void What_says_nothing_changes_nothing_and_is_told_once()
    {
        Begin(Pool());
        Pass(2 * Second);
        _prober.Answer = _ => CheckOutcome.Inconclusive;
        Pass(20 * Second);
        Assert.Equal("ggg", Healths());
        Assert.Equal(3, _told.Count);
        Assert.All(_told, line => Assert.StartsWith("a check says nothing about its target", line));
        Assert.True(_engine.Snapshot.Targets[0].Results[(int)CheckOutcome.Inconclusive] > 15);
    }

    [Fact]
    public void With_both_families_the_worse_counts()
    {
        var target = Pool().Targets[0] with { Via6 = new(0xfd00_0000_0000_0000, 1) };
        _prober.Answer = probe => probe.Address.IsIpv4 ? CheckOutcome.Passed : CheckOutcome.TimedOut;
        Begin(Pool() with { Targets = [target] });
        Pass(Second);
        Assert.Equal("b", Healths());
        Assert.Equal("timedout", _engine.Snapshot.Targets[0].Verdict.Error);
    }

    [Fact]
    public void Why_a_target_is_bad_is_known_until_it_is_good_again()
    {
        Begin(Pool());
        Pass(Second);
        _dead.Add(101);
        Pass(5 * Second);
        Assert.Equal("bgg", Healths());
        string error = _engine.Snapshot.Targets[0].Verdict.Error;
        Assert.NotEmpty(error);
        _dead.Remove(101);
        for (int i = 0; i < 100 && Healths() == "bgg"; i++)
        {
            Assert.Equal(error, _engine.Snapshot.Targets[0].Verdict.Error);
            Pass(Second / 10);
        }
        Assert.Equal("ggg", Healths());
        Assert.Empty(_engine.Snapshot.Targets[0].Verdict.Error);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Who_is_bad_keeps_its_connections_where_that_is_asked_for(bool? isAsked, bool isKept)
    {
        var pool = Pool();
        Begin(pool with { Check = pool.Check! with { KeepsWhileBad = isAsked } });
        Pass(2 * Second);
        _dead.Add(101);
        Pass(5 * Second);
        Assert.Equal("bgg", Healths());
        var bad = PoolDirectory.Open(_name).ReadContent().Slots[0]!.Value;
        Assert.Equal((false, isKept), (bad.CanTakePackets, bad.CanKeepConnections));
        _dead.Remove(101);
        Pass(5 * Second);
        Assert.False(PoolDirectory.Open(_name).ReadContent().Slots[0]!.Value.KeepsWhileBad);
    }

    [Fact]
    public void A_pool_that_is_gone_is_told_once_it_is_back()
    {
        Begin(Pool());
        Pass(Second);
        PoolDirectory.Delete(_name);
        _dead.Add(101);
        Pass(5 * Second);
        PoolDirectory.Create(_name, Content(Pool()));
        _engine.Follow(State(Pool()));
        Pass(Second);
        Assert.Equal("bgg", Healths());
    }

    private CheckEngine Restarted() => new(
        _prober, new SharedPools(), _prober.Clock, new Random(7).NextDouble,
        notice => _told.Add(Words(notice)));

    private static string Words(FollowNotice notice) =>
        string.Join(' ', new[] { notice.What, notice.Object, notice.Reason }.Where(text => text is not null));

    private void Begin(DesiredPool pool)
    {
        PoolDirectory.Create(_name, Content(pool));
        _engine.Follow(State(pool));
    }

    private void Pass(TimeSpan time)
    {
        for (var end = _prober.Now + time; _prober.Now < end;)
        {
            _engine.Turn();
        }
    }

    private string Healths() => AllHealths().TrimEnd('.');

    private string AllHealths() => string.Concat(PoolDirectory.Open(_name).ReadContent().Slots.Select(slot =>
        slot is { } target ? "ugb"[(int)target.Health] : '.'));

    private static PoolContent Content(DesiredPool pool)
    {
        var content = PoolContent.Empty(pool.Shape, pool.Settings);
        foreach (var target in pool.Targets)
        {
            content = content.With(target.Slot, target.InSlot(isKeyed: false));
        }
        return content;
    }

    private DesiredPool Pool(int count = 3, int panic = 0) => new(_name, new(new(31, Slots)), new(0))
    {
        PanicPercent = panic,
        Check = new DesiredCheck { Kind = CheckKind.Tcp, Port = 80, To = CheckDestination.Target },
        Targets =
        [
            .. Enumerable.Range(0, count).Select(slot => new DesiredTarget
            {
                Slot = slot, Mark = new(101 + slot), Via4 = Address.FromIpv4(0x0a000001 + (uint)slot),
            }),
        ],
    };

    private static DesiredState State(DesiredPool pool) => DesiredState.Empty with { Pools = [pool] };
}
