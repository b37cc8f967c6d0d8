using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Tests.Checks;

/// <summary>Targets that get their weight little by little, on a clock of the test.</summary>
public sealed partial class CheckEngineTests
{
    [Fact]
    public void Who_comes_back_gets_its_weight_in_seven_steps()
    {
        Begin(Slowly());
        Pass(2 * Second);
        Assert.Equal("888", Ramps()); // All are new.
        _dead.Add(102);
        Pass(5 * Second);
        _dead.Remove(102);
        PassUntil(() => Healths() == "ggg");
        var began = _prober.Now;
        ulong generation = PoolDirectory.Open(_name).Generation;
        Assert.Equal("818", Ramps());
        var seen = new List<string>();
        while (Ramps() != "888")
        {
            _engine.Turn();
            if (seen.Count == 0 || seen[^1] != Ramps())
            {
                seen.Add(Ramps());
            }
        }
        Assert.Equal(["818", "828", "838", "848", "858", "868", "878", "888"], seen);
        Assert.Equal(7u, PoolDirectory.Open(_name).Generation - generation);
        Assert.InRange(_prober.Now - began, 6 * Second, 7.2 * Second);
        Pass(20 * Second);
        Assert.Equal(7u, PoolDirectory.Open(_name).Generation - generation);
    }

    [Fact]
    public void It_is_shown_how_far_a_target_is()
    {
        Begin(Slowly());
        Pass(2 * Second);
        _dead.Add(102);
        Pass(5 * Second);
        _dead.Remove(102);
        PassUntil(() => Ramps() == "838");
        PassUntil(() => _engine.Snapshot.Targets[1].Verdict.Ramp == Ramp.Of(3));
        Assert.Contains("with 3/8 of its weight", $"{_engine.Snapshot.Targets[1].Verdict}");
    }

    [Fact]
    public void All_that_start_step_at_once()
    {
        Begin(Slowly(count: 4));
        Pass(2 * Second);
        _dead.UnionWith([102, 103, 104]);
        Pass(5 * Second);
        Assert.Equal("gbbb", Healths());
        ulong generation = PoolDirectory.Open(_name).Generation;
        _dead.Clear();
        PassUntil(() => Ramps() == "8888" && Healths() == "gggg");
        Pass(10 * Second);
        Assert.InRange(PoolDirectory.Open(_name).Generation - generation, 7u, 3u + 8u);
    }

    [Fact]
    public void Where_nobody_is_left_who_comes_back_takes_all_at_once()
    {
        Begin(Slowly());
        Pass(2 * Second);
        _dead.UnionWith([101, 102, 103]);
        Pass(5 * Second);
        _dead.Remove(101);
        PassUntil(() => Healths() == "gbb");
        Assert.Equal("888", Ramps());
        _dead.Remove(102);
        PassUntil(() => Healths() == "ggb");
        Assert.Equal("818", Ramps());
        _dead.Add(101); // and the only one that has all of its weight falls
        PassUntil(() => Healths() == "bgb");
        Assert.Equal("888", Ramps());
    }

    [Fact]
    public void In_panic_nobody_starts_slowly()
    {
        Begin(Slowly(count: 4) with { PanicPercent = 50 });
        Pass(2 * Second);
        _dead.UnionWith([101, 102]);
        Pass(5 * Second);
        _dead.Remove(101);
        PassUntil(() => Ramps() == "1888");
        _dead.UnionWith([101, 103]);
        PassUntil(() => Healths() == "uuug");
        Assert.Equal("8888", Ramps());
    }

    [Fact]
    public void A_new_process_goes_on_with_those_that_start_and_a_pool_without_it_has_none()
    {
        Begin(Slowly());
        Pass(2 * Second);
        _dead.Add(102);
        Pass(5 * Second);
        _dead.Remove(102);
        PassUntil(() => Ramps() == "838");
        _engine = Restarted();
        Assert.Equal("838", Ramps());
        _engine.Follow(State(Slowly()));
        PassUntil(() => Ramps() == "848");

        _engine.Follow(State(Pool()));
        Pass(Second);
        Assert.Equal("888", Ramps());
    }

    /// <summary>A process that was stopped for a while is late, and not slower than it was asked to be.</summary>
    [Fact]
    public void Beats_that_were_missed_count()
    {
        Begin(Slowly());
        Pass(2 * Second);
        _dead.Add(102);
        Pass(5 * Second);
        _dead.Remove(102);
        PassUntil(() => Ramps() == "828");
        _prober.Stop(3.5 * Second);
        Pass(Second / 5);
        Assert.Contains(Ramps(), (string[])["858", "868"]);
    }

    private DesiredPool Slowly(int count = 3) =>
        Pool(count) with { SlowStart = new SlowStart(7 * Second) };

    private string Ramps() => string.Concat(PoolDirectory.Open(_name).ReadContent().Slots.Select(slot =>
        slot is { } target ? $"{target.Ramp.Eighths}" : ""));

    private void PassUntil(Func<bool> isSo)
    {
        for (var end = _prober.Now + 60 * Second; !isSo();)
        {
            Assert.True(_prober.Now < end, $"{Healths()} {Ramps()}");
            _engine.Turn();
        }
    }
}
