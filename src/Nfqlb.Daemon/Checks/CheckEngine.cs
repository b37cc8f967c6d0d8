using Nfqlb.Checks;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Linux;
using Nfqlb.Linux.Probes;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Checks;

/// <summary>Checks the targets that are asked for, and tells their pools what it finds.</summary>
/// <remarks>
/// Owned by one thread, but for <see cref="Follow"/> and <see cref="Snapshot"/>. Equal checks of several targets are
/// done once. What a pool was told before is the verdict until checks say otherwise, so that a new process goes on
/// where the last one has ended.
/// </remarks>
/// <param name="prober">Does the checks.</param>
/// <param name="pools">Are told.</param>
/// <param name="time">The time of day.</param>
/// <param name="random">0 to 1: keeps checks from running in step.</param>
/// <param name="tell">Is told what has changed.</param>
internal sealed class CheckEngine(
    IProber prober, IPools pools, TimeProvider time, Func<double> random, Action<FollowNotice> tell)
{
    /// <summary>Who has asked for what follows from checks.</summary>
    private const string Checks = "checks";

    private static readonly TimeSpan BetweenPublications = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenSnapshots = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSpread = TimeSpan.FromSeconds(1);

    /// <summary>Checks begin together, at beats of so long or of a twentieth of their interval: each wait costs more
    /// than a check, and of fifty connections in a row each costs a third less than of ten.</summary>
    private static readonly TimeSpan LongestBeat = TimeSpan.FromMilliseconds(50);

    private const int BeatsPerInterval = 20;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly Schedule<int> _due = new();
    private readonly List<ProbeAnswer> _answers = [];
    private Dictionary<int, RunningCheck> _checks = [];
    private Dictionary<PoolName, PoolRecord> _pools = [];
    private DesiredState? _next;
    private volatile CheckSnapshot _snapshot = CheckSnapshot.Empty;
    private TimeSpan _nextSnapshot;
    private bool _isShown = true;
    private int _lastKey;

    /// <summary>What was found; no more than a second old while checks run.</summary>
    public CheckSnapshot Snapshot => _snapshot;

    /// <summary>From now on these targets are checked, and no others. For any thread.</summary>
    public void Follow(DesiredState state)
    {
        Volatile.Write(ref _next, state);
        prober.Wake();
    }

    /// <summary>Does what is due, and waits for what comes next.</summary>
    /// <exception cref="SystemCallException">Nothing can be waited for.</exception>
    public void Turn()
    {
        if (Interlocked.Exchange(ref _next, null) is { } state)
        {
            Adopt(state);
        }
        while (prober.HasRoom && _due.TryTake(prober.Now, out int key))
        {
            prober.Start(key, _checks[key].Probe);
        }
        prober.Wait(NextTurn(), _answers);
        foreach (var answer in _answers)
        {
            if (_checks.TryGetValue(answer.Key, out var check))
            {
                Take(check, answer.Result);
            }
        }
        _answers.Clear();
        foreach (var pool in _pools.Values)
        {
            Publish(pool);
        }
        Show();
    }

    private TimeSpan NextTurn()
    {
        var next = prober.Now + Long;
        if (prober.HasRoom && _due.Next is { } due && due < next)
        {
            next = due;
        }
        foreach (var pool in _pools.Values)
        {
            next = pool.IsStale && pool.NextPublication < next ? pool.NextPublication : next;
            var beat = pool.NextBeat > pool.NextPublication ? pool.NextBeat.Value : pool.NextPublication;
            next = pool.NextBeat is not null && beat < next ? beat : next;
        }
        return !_isShown && _nextSnapshot < next ? _nextSnapshot : next;
    }

    private void Adopt(DesiredState state)
    {
        var register = new CheckRegister(pools, _pools.Values, _checks.Values, () => ++_lastKey);
        foreach (var pool in state.Pools)
        {
            register.Add(pool);
        }
        foreach (var target in CheckedTargets.Of(state))
        {
            register.Add(target, time.GetUtcNow());
        }
        foreach (int gone in _checks.Keys)
        {
            if (!register.Checks.ContainsKey(gone))
            {
                _due.Remove(gone);
            }
        }
        (_checks, _pools) = (register.Checks, register.Pools);
        var begin = register.New;
        for (int i = 0; i < begin.Count; i++)
        {
            var spread = begin[i].Rules.Interval < LongestSpread ? begin[i].Rules.Interval : LongestSpread;
            Plan(begin[i], prober.Now + spread * i / begin.Count);
        }
        (_isShown, _nextSnapshot) = (false, TimeSpan.Zero);
    }

    private void Plan(RunningCheck check, TimeSpan at)
    {
        check.Planned = at;
        var beat = check.Rules.Interval / BeatsPerInterval;
        beat = beat < LongestBeat ? beat : LongestBeat;
        _due.Add(check.Key, Math.Round(at / beat) * beat);
    }

    private void Take(RunningCheck check, CheckResult result)
    {
        var now = prober.Now;
        check.Take(result, now);
        var next = check.Planned + check.Rules.Delay(random());
        Plan(check, next > now ? next : now);
        foreach (var target in check.Targets)
        {
            target.Count(result.Outcome);
            target.Pool.Count(result.Latency);
            if (check.IsNewlyInconclusive)
            {
                Tell("a check says nothing about its target", target, result.Reason, isWarning: true);
            }
            var before = target.Health;
            if (target.Follow(time.GetUtcNow()))
            {
                TellTransition(target, before);
                target.Pool.IsStale = true;
                _nextSnapshot = TimeSpan.Zero;
            }
        }
        _isShown = false;
    }

    private void Publish(PoolRecord pool)
    {
        var now = prober.Now;
        if ((!pool.IsStale && !(pool.NextBeat <= now)) || pool.NextPublication > now)
        {
            return;
        }
        string failure = "";
        try
        {
            if (pool.Publish(pools, now, time.GetUtcNow() - DateTimeOffset.UnixEpoch))
            {
                tell(new FollowNotice(
                    pool.IsPanic ? "too few targets are good: all are used" : "good targets alone are used again",
                    pool.Name.Text) { IsWarning = pool.IsPanic, By = Checks });
                _nextSnapshot = TimeSpan.Zero;
            }
            (pool.IsStale, pool.NextPublication, _isShown) = (false, now + BetweenPublications, false);
        }
        catch (Exception e) when (e is PoolException or SystemCallException)
        {
            failure = e.Message;
            pool.NextPublication = now + AfterFailure;
        }
        if (failure.Length > 0 && failure != pool.Failure)
        {
            tell(new FollowNotice("a pool cannot be told the health of its targets", pool.Name.Text, failure)
            {
                IsWarning = true,
            });
        }
        pool.Failure = failure;
    }

    private void Show()
    {
        var now = prober.Now;
        if (_isShown || now < _nextSnapshot)
        {
            return;
        }
        var targets = new List<CheckedTargetState>();
        var shown = new List<CheckedPoolState>();
        foreach (var pool in _pools.Values)
        {
            if (pool.Targets.Count > 0)
            {
                shown.Add(pool.Show());
            }
            foreach (var target in pool.Targets)
            {
                targets.Add(target.Show());
            }
        }
        _snapshot = new CheckSnapshot([.. targets], [.. shown]);
        (_isShown, _nextSnapshot) = (true, now + BetweenSnapshots);
    }

    private void TellTransition(TargetRecord target, TargetHealth before)
    {
        if (target.Health == TargetHealth.Bad)
        {
            Tell("target is bad", target, target.Error, isWarning: true);
        }
        else if (before == TargetHealth.Bad)
        {
            Tell("target is good again", target, reason: null, isWarning: false);
        }
    }

    private void Tell(string what, TargetRecord target, string? reason, bool isWarning) =>
        tell(new FollowNotice(what, $"{target.Pool.Name}/{target.Target}", reason)
        {
            IsWarning = isWarning,
            By = Checks,
        });
}
