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

    /// <summary>Tells the pool, where it does not know yet, what was found: health alone, in one publication.</summary>
    /// <returns>True where there is panic now and was not, or the other way round.</returns>
    public bool Publish(IPools pools)
    {
        bool wasPanic = IsPanic;
        if (pools.Read(Name) is { } content)
        {
            SlotTarget?[] slots = [.. content.Slots];
            bool[] areChecked = new bool[slots.Length];
            var told = new List<SlotHealth>();
            foreach (var record in Targets)
            {
                if (Find(slots, record.Target) is { } there)
                {
                    slots[record.Target.Slot] = there with { Health = record.Health };
                    areChecked[record.Target.Slot] = true;
                }
            }
            IsPanic = Members.IsPanic(slots, pool.PanicPercent, wasPanic);
            foreach (var target in pool.Targets)
            {
                if (Find(slots, target) is not { } found)
                {
                    continue;
                }
                // Nobody says anything of those that are not checked.
                var health = areChecked[target.Slot] ? Members.Published(found, IsPanic) : TargetHealth.Unknown;
                if (health != content.Slots[target.Slot]!.Value.Health)
                {
                    told.Add(new SlotHealth(target.Slot, target.Mark, health));
                }
            }
            if (told.Count > 0)
            {
                pools.SetHealth(Name, told);
            }
        }
        return IsPanic != wasPanic;
    }

    public CheckedPoolState Show() => new(Name, IsPanic, new DurationCounts([.. _durations], _sum));

    private static SlotTarget? Find(SlotTarget?[] slots, DesiredTarget target) =>
        target.Slot < slots.Length && slots[target.Slot] is { } there && there.Mark == target.Mark ? there : null;
}
