using Nfqlb.Checks;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Checks;

/// <summary>Makes records of what is to be checked, from those of what was until now.</summary>
internal sealed class CheckRegister
{
    private readonly IPools _pools;
    private readonly Func<int> _nextKey;
    private readonly Dictionary<PoolName, PoolRecord> _oldPools = [];
    private readonly Dictionary<(PoolName, int, FirewallMark), TargetRecord> _oldTargets = [];
    private readonly Dictionary<(TargetProbe, CheckRules), RunningCheck> _oldChecks = [];
    private readonly Dictionary<(TargetProbe, CheckRules), RunningCheck> _byProbe = [];
    private readonly Dictionary<PoolName, PoolContent?> _contents = [];
    private readonly List<RunningCheck> _unknown = [];
    private readonly List<RunningCheck> _known = [];

    /// <param name="pools">Know the last verdict, where nobody else does.</param>
    /// <param name="oldPools">What was.</param>
    /// <param name="oldChecks">What ran.</param>
    /// <param name="nextKey">Gives keys to new checks.</param>
    public CheckRegister(
        IPools pools, IEnumerable<PoolRecord> oldPools, IEnumerable<RunningCheck> oldChecks, Func<int> nextKey)
    {
        (_pools, _nextKey) = (pools, nextKey);
        foreach (var pool in oldPools)
        {
            _oldPools.Add(pool.Name, pool);
            foreach (var target in pool.Targets)
            {
                _oldTargets.Add((pool.Name, target.Target.Slot, target.Target.Mark), target);
            }
        }
        foreach (var check in oldChecks)
        {
            check.Targets.Clear();
            _oldChecks.Add((check.Probe, check.Rules), check);
        }
    }

    /// <summary>All checks, by their keys.</summary>
    public Dictionary<int, RunningCheck> Checks { get; } = [];

    /// <summary>All pools that are ours to tell, by their names.</summary>
    public Dictionary<PoolName, PoolRecord> Pools { get; } = [];

    /// <summary>Checks that did not run until now, those first of which nothing is known.</summary>
    public IReadOnlyList<RunningCheck> New => [.. _unknown, .. _known];

    /// <summary>A pool that is asked for; somebody else's is not ours to tell.</summary>
    public void Add(DesiredPool pool)
    {
        if (!pool.IsBorrowed)
        {
            var record = new PoolRecord(pool);
            record.GoOn(_oldPools.GetValueOrDefault(pool.Name));
            Pools[pool.Name] = record;
        }
    }

    /// <summary>A target that is to be checked.</summary>
    public void Add(CheckedTarget target, DateTimeOffset now)
    {
        if (!Pools.TryGetValue(target.Pool, out var pool))
        {
            return;
        }
        var record = new TargetRecord(target, pool);
        var before = _oldTargets.GetValueOrDefault((target.Pool, target.Target.Slot, target.Target.Mark));
        record.GoOn(before);
        pool.Targets.Add(record);
        foreach (var probe in target.Probes)
        {
            var check = Find((probe, target.Rules), target, before);
            check.Targets.Add(record);
            record.Checks.Add(check);
        }
        record.Follow(now);
    }

    private RunningCheck Find((TargetProbe Probe, CheckRules Rules) what, CheckedTarget target, TargetRecord? before)
    {
        if (_byProbe.TryGetValue(what, out var check))
        {
            return check;
        }
        if (!_oldChecks.TryGetValue(what, out check))
        {
            // The same target checked otherwise, or a process that was here before: its verdict holds until another.
            check = new RunningCheck(
                _nextKey(), what.Probe, what.Rules, new Judgement(before?.Health ?? HealthInSlot(target)));
            (check.Judgement.Health == TargetHealth.Unknown ? _unknown : _known).Add(check);
        }
        _byProbe[what] = check;
        Checks[check.Key] = check;
        return check;
    }

    private TargetHealth HealthInSlot(CheckedTarget target)
    {
        if (!_contents.TryGetValue(target.Pool, out var content))
        {
            _contents[target.Pool] = content = Read(target.Pool);
        }
        int slot = target.Target.Slot;
        return content is not null && slot < content.Slots.Length && content.Slots[slot] is { } there
            && there.Mark == target.Target.Mark ? there.Health : TargetHealth.Unknown;
    }

    private PoolContent? Read(PoolName name)
    {
        try
        {
            return _pools.Read(name);
        }
        catch (PoolException)
        {
            return null; // Not to be told either, which is where it shows.
        }
    }
}
