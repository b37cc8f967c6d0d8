using Nfqlb.Checks;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Checks;

/// <summary>A pool that is told the health of its targets.</summary>
/// <param name="pool">As it is asked for.</param>
internal sealed class PoolRecord(DesiredPool pool)
{
    private readonly long[] _durations = new long[DurationCounts.Bounds.Length + 1];
    private readonly SlowStart? _slowStart = pool.SlowStart;
    private TimeSpan _sum;

    public PoolName Name { get; } = pool.Name;

    /// <summary>Those that are checked.</summary>
    public List<TargetRecord> Targets { get; } = [];

    /// <summary>Too few are good: all are used.</summary>
    public bool IsPanic { get; private set; }

    /// <summary>It may have to be told something.</summary>
    public bool IsStale { get; set; } = true;

    /// <summary>It is not told anything before.</summary>
    public TimeSpan NextPublication { get; set; }

    /// <summary>When those that start slowly go on; null where nobody does.</summary>
    public TimeSpan? NextBeat { get; private set; }

    /// <summary>Why it could not be told; empty when it could.</summary>
    public string Failure { get; set; } = "";

    /// <summary>Goes on from what was known of the same pool.</summary>
    public void GoOn(PoolRecord? before)
    {
        if (before is not null)
        {
            before._durations.CopyTo(_durations, 0);
            (_sum, IsPanic, NextPublication, Failure) =
                (before._sum, before.IsPanic, before.NextPublication, before.Failure);
            NextBeat = before._slowStart == _slowStart ? before.NextBeat : null;
        }
    }

    /// <summary>One more check.</summary>
    public void Count(TimeSpan duration)
    {
        int i = 0;
        while (i < DurationCounts.Bounds.Length && duration > DurationCounts.Bounds[i])
        {
            i++;
        }
        _durations[i]++;
        _sum += duration;
    }

    /// <summary>Tells the pool, where it does not know yet, what was found, and how far those are that start slowly, in
    /// one publication.</summary>
    /// <param name="pools">Has it.</param>
    /// <param name="now">The time by which it goes.</param>
    /// <param name="timeOfDay">The time of day, since 1970.</param>
    /// <returns>True where there is panic now and was not, or the other way round.</returns>
    public bool Publish(IPools pools, TimeSpan now, TimeSpan timeOfDay)
    {
        bool wasPanic = IsPanic;
        if (pools.Read(Name) is { } content)
        {
            var found = Found(content);
            int beats = BeatsUntil(now);
            var after = _slowStart is null || IsPanic
                ? SlowStart.After(found, Ramp.Parts)
                : SlowStart.Begin(content, SlowStart.After(found, beats));
            Tell(pools, content, after);
            NextBeat += beats * _slowStart?.Beat;
            Plan(after, now, timeOfDay);
        }
        return IsPanic != wasPanic;
    }

    public CheckedPoolState Show() => new(Name, IsPanic, new DurationCounts([.. _durations], _sum));

    /// <summary>The pool with what was found; where there is panic, with what it is told instead.</summary>
    private PoolContent Found(PoolContent content)
    {
        if (Targets.Count == 0 && !HasHealth(content))
        {
            IsPanic = false;
            return content;
        }
        SlotTarget?[] slots = [.. content.Slots];
        bool[] areChecked = new bool[slots.Length];
        foreach (var record in Targets)
        {
            if (Find(slots, record.Target) is { } there)
            {
                slots[record.Target.Slot] = there with
                {
                    Health = record.Health, KeepsWhileBad = record.KeepsWhileBad,
                };
                areChecked[record.Target.Slot] = true;
            }
        }
        IsPanic = Members.IsPanic(slots, pool.PanicPercent, IsPanic);
        foreach (var target in pool.Targets)
        {
            if (Find(slots, target) is { } there)
            {
                // Nobody says anything of those that are not checked.
                var health = areChecked[target.Slot] ? Members.Published(there, IsPanic) : TargetHealth.Unknown;
                slots[target.Slot] = there with
                {
                    Health = health, KeepsWhileBad = health == TargetHealth.Bad && there.KeepsWhileBad,
                };
            }
        }
        return content.With(slots);
    }

    /// <summary>Anybody has ever said anything of its targets.</summary>
    private static bool HasHealth(PoolContent content)
    {
        foreach (var target in content.Slots)
        {
            if (target is { Health: not TargetHealth.Unknown } or { KeepsWhileBad: true })
            {
                return true;
            }
        }
        return false;
    }

    private void Tell(IPools pools, PoolContent before, PoolContent after)
    {
        if (ReferenceEquals(before, after))
        {
            return;
        }
        var told = new List<SlotHealth>();
        foreach (var target in pool.Targets)
        {
            if (target.Slot < after.Slots.Length && after.Slots[target.Slot] is { } next && next.Mark == target.Mark
                && next != before.Slots[target.Slot])
            {
                told.Add(new SlotHealth(target.Slot, target.Mark, next.Health)
                {
                    KeepsWhileBad = next.KeepsWhileBad, Ramp = next.Ramp,
                });
            }
        }
        if (told.Count > 0)
        {
            pools.SetHealth(Name, told);
        }
    }

    private int BeatsUntil(TimeSpan now) => NextBeat is { } beat && beat <= now && _slowStart is { Beat: var each }
        ? 1 + (int)((now - beat) / each)
        : 0;

    /// <summary>The first beat is that of the time of day; from then on each is as long as the other, whatever becomes
    /// of the clock.</summary>
    private void Plan(PoolContent after, TimeSpan now, TimeSpan timeOfDay)
    {
        bool anyStarts = false;
        foreach (var target in pool.Targets)
        {
            anyStarts |= Find(after.Slots.AsSpan(), target) is { Ramp.IsWhole: false };
        }
        foreach (var record in Targets)
        {
            record.Ramp = Find(after.Slots.AsSpan(), record.Target)?.Ramp ?? Ramp.Whole;
        }
        NextBeat = anyStarts && _slowStart is { } start ? NextBeat ?? now + start.UntilBeat(timeOfDay) : null;
    }

    private static SlotTarget? Find(ReadOnlySpan<SlotTarget?> slots, DesiredTarget target) =>
        target.Slot < slots.Length && slots[target.Slot] is { } there && there.Mark == target.Mark ? there : null;
}
