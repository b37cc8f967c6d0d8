using System.Globalization;
using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Daemon.Checks;

/// <summary>What is known of a target that is checked.</summary>
/// <param name="target">How it is checked.</param>
/// <param name="pool">Its pool.</param>
internal sealed class TargetRecord(CheckedTarget target, PoolRecord pool)
{
    private readonly long[] _results = new long[(int)CheckOutcome.Inconclusive + 1];
    private DateTimeOffset? _since;

    public PoolRecord Pool { get; } = pool;

    public DesiredTarget Target { get; } = target.Target;

    /// <summary>One, or one of each family.</summary>
    public List<RunningCheck> Checks { get; } = [];

    /// <summary>The verdict: that of the worse family.</summary>
    public TargetHealth Health { get; private set; }

    /// <summary>Its connections stay with it while it is bad.</summary>
    public bool KeepsWhileBad { get; } = target.KeepsWhileBad;

    /// <summary>How much of its weight it has.</summary>
    public Ramp Ramp { get; set; }

    /// <summary>Why a check last did not pass; empty where all have passed since and the target is good.</summary>
    public string Error
    {
        get
        {
            string error = "";
            foreach (var check in Checks)
            {
                error = check.Failure.Length > 0 ? check.Failure : error;
            }
            return error;
        }
    }

    /// <summary>Goes on from what was known of the same target.</summary>
    public void GoOn(TargetRecord? before)
    {
        if (before is not null)
        {
            before._results.CopyTo(_results, 0);
            (Health, _since) = (before.Health, before._since);
        }
    }

    /// <summary>One more result.</summary>
    public void Count(CheckOutcome outcome) => _results[(int)outcome]++;

    /// <summary>Has the verdict follow from those of its checks.</summary>
    /// <returns>True when it is another one.</returns>
    public bool Follow(DateTimeOffset now)
    {
        var health = TargetHealth.Good;
        foreach (var check in Checks)
        {
            var one = check.Judgement.Health;
            health = one == TargetHealth.Bad || health == TargetHealth.Bad ? TargetHealth.Bad
                : one == TargetHealth.Unknown ? TargetHealth.Unknown : health;
        }
        if (health == Health)
        {
            return false;
        }
        (Health, _since) = (health, now);
        return true;
    }

    /// <summary>All of it, for others.</summary>
    public CheckedTargetState Show()
    {
        TimeSpan? latency = null;
        foreach (var check in Checks)
        {
            latency = check.Last is { } last && (latency is null || last.Latency > latency) ? last.Latency : latency;
        }
        var verdict = new TargetVerdict(Pool.Name, Target.Slot, $"{Target}", Health)
        {
            IsUsedAnyway = Pool.IsPanic && Health == TargetHealth.Bad
                && Target is { State: TargetState.Up, Weight: > 0 },
            Ramp = Ramp,
            Since = _since?.UtcDateTime.ToString("u", CultureInfo.InvariantCulture),
            Error = Error,
            Latency = latency,
        };
        return new CheckedTargetState(verdict, [.. _results]);
    }
}
