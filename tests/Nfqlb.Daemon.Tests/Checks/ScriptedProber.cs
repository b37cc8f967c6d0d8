using Nfqlb.Checks;
using Nfqlb.Linux.Probes;

namespace Nfqlb.Daemon.Tests.Checks;

/// <summary>Answers checks as a test says, in a time of its own.</summary>
internal sealed class ScriptedProber : IProber
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(2);

    private readonly SortedDictionary<(TimeSpan, int), (int Key, TargetProbe Probe)> _running = [];
    private int _started;
    private bool _isWoken;

    /// <summary>What a check finds at its end.</summary>
    public Func<TargetProbe, CheckOutcome> Answer { get; set; } = _ => CheckOutcome.Passed;

    /// <summary>All checks that were started, with their times.</summary>
    public List<(TimeSpan Time, TargetProbe Probe)> Started { get; } = [];

    public int MostRunning { get; init; } = 100;

    public TimeSpan Now { get; private set; }

    /// <summary>A time of day that goes by the same.</summary>
    public TimeProvider Clock => new DayClock(this);

    /// <summary>Nothing is done for so long.</summary>
    public void Stop(TimeSpan time) => Now += time;

    public bool HasRoom => _running.Count < MostRunning;

    public void Start(int key, TargetProbe probe)
    {
        Assert.True(HasRoom);
        Assert.DoesNotContain(_running.Values, one => one.Key == key);
        Started.Add((Now, probe));
        _running.Add((Now + Latency, _started++), (key, probe));
    }

    public void Wait(TimeSpan until, List<ProbeAnswer> answers)
    {
        var first = _running.Count > 0 && _running.Keys.First().Item1 < until ? _running.Keys.First().Item1 : until;
        Now = !_isWoken && first > Now ? first : Now;
        _isWoken = false;
        while (_running.Count > 0 && _running.Keys.First() is var next && next.Item1 <= Now)
        {
            var (key, probe) = _running[next];
            _running.Remove(next);
            var outcome = Answer(probe);
            string reason = outcome == CheckOutcome.Passed ? "" : $"{outcome}".ToLowerInvariant();
            answers.Add(new ProbeAnswer(key, new CheckResult(outcome, Latency, reason)));
        }
    }

    public void Wake() => _isWoken = true;

    public void Dispose()
    {
    }

    private sealed class DayClock(ScriptedProber prober) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(20_000) + prober.Now;
    }
}
