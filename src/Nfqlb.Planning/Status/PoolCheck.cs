using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;

namespace Nfqlb.Planning.Status;

/// <summary>Are the pools there, and is anybody in them?</summary>
public static class PoolCheck
{
    private const string Area = "pools";

    /// <summary>Connections that stay where they are: nothing that is wrong, but what the tables do not show.</summary>
    public static IEnumerable<Finding> Drains(DrainState drain)
    {
        foreach (var (pool, secondsLeft) in drain.SecondsLeft)
        {
            yield return Finding.Ok(
                Area, $"[{pool}] drains: connections keep their targets for {Math.Ceiling(secondsLeft)} s more");
        }
        if (drain.SecondsLeft.Count > 0)
        {
            yield return Finding.Ok(Area, $"drain: {drain.Memory}");
        }
    }

    /// <summary>Does the balancer read the pools that are seen here? One with another /dev/shm does not.</summary>
    /// <param name="host">As it was at one look.</param>
    /// <param name="run">Runs such a balancer.</param>
    public static IEnumerable<Finding> Attached(HostSnapshot host, string run) =>
        from pool in Unlike(host.Balancer.Or(null), host.Pools.Or([]))
        select Finding.Bad(
            Area, $"[{pool.Name}] the balancer has other targets in it than stand here: it runs with another /dev/shm",
            Remedy.TakeOver(run));

    /// <summary>The pools in which the balancer reads other targets than stand here.</summary>
    /// <param name="balancer">The one that answers; null when none does.</param>
    /// <param name="pools">As they stand here.</param>
    public static IEnumerable<PoolState> Unlike(BalancerState? balancer, IReadOnlyList<PoolState> pools)
    {
        if (balancer?.TargetMarks is not { } marks)
        {
            yield break;
        }
        var used = balancer.Flows.Select(flow => flow.Target).ToHashSet();
        var counts = new Dictionary<string, int>();
        foreach (string key in marks.Keys)
        {
            string name = key[..key.LastIndexOf('/')];
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        foreach (var pool in pools)
        {
            if (pool.Table is not null && used.Contains(pool.Name))
            {
                int alike = 0, all = 0;
                foreach (var (slot, mark) in pool.Targets)
                {
                    all++;
                    alike += marks.TryGetValue(BalancerState.KeyOf(pool.Name.Text, slot), out int own)
                        && own == mark.Value ? 1 : 0;
                }
                if (alike != all || counts.GetValueOrDefault(pool.Name.Text) != all)
                {
                    yield return pool;
                }
            }
        }
    }

    /// <param name="pools">Those that matter.</param>
    /// <param name="used">Those that flows lead to.</param>
    /// <param name="desired">Which of them are asked for.</param>
    /// <param name="spareMarks">Marks that lead to a target, and stand in no pool.</param>
    /// <param name="balancer">The one that answers; null when none does.</param>
    public static IEnumerable<Finding> Findings(
        IReadOnlyList<PoolState> pools, IReadOnlySet<PoolName> used, DesiredState desired,
        IReadOnlyList<uint> spareMarks, BalancerState? balancer)
    {
        int fine = 0, targets = 0, slots = 0;
        var tables = new List<Finding>();
        var wrong = new List<Finding>();
        foreach (var pool in pools)
        {
            var asked = desired.Pools.FirstOrDefault(other => other.Name == pool.Name);
            bool isDesired = asked is not null;
            int filled = pool.Targets.Count();
            if (pool.Trouble.Length > 0)
            {
                wrong.Add(Unusable(pool, isDesired, KeptIn(pool, balancer), spareMarks));
            }
            else if (filled == 0 && used.Contains(pool.Name))
            {
                string? fill = asked is { Targets.IsEmpty: false } ? Finding.ApplyAgain
                    : isDesired || spareMarks.Count == 0 ? null
                    : Remedy.Activate(pool.Name, spareMarks.Take(pool.Slots));
                wrong.Add(Finding.Bad(
                    Area, $"[{pool.Name}] has no targets: packets of its flows are dropped"
                        + (fill is null ? ". The address of one is not known here: give it to target-set" : ""),
                    fill));
            }
            else if (filled > 0 && used.Contains(pool.Name) && !TakesPackets(pool.Table!.Content))
            {
                wrong.Add(pool.Table.Content.Settings.WhenEmpty == WhenEmpty.Keep
                    ? Finding.Warn(Area, $"[{pool.Name}] {StatesOf(pool.Table)}: packets go where they went")
                    : Finding.Bad(Area, $"[{pool.Name}] {StatesOf(pool.Table)}: new connections are dropped"));
            }
            else
            {
                if (filled > 0)
                {
                    tables.Add(Finding.Ok(Area, $"[{pool.Name}] {StatesOf(pool.Table!)}"));
                }
                fine++;
                targets += filled;
                slots += pool.Slots;
            }
        }
        if (fine > 0)
        {
            yield return Finding.Ok(Area, $"{fine} fine, {targets} of {slots} slots filled");
        }
        else if (wrong.Count == 0)
        {
            yield return Finding.Warn(Area, "none is asked for, and no flow leads to one");
        }
        foreach (var finding in tables.Concat(wrong))
        {
            yield return finding;
        }
    }

    /// <summary>What the balancer has attached it keeps when the name goes. What was written over is gone there too.
    /// </summary>
    private static IReadOnlyList<uint> KeptIn(PoolState pool, BalancerState? balancer) =>
        pool.IsNoPool ? [] : balancer?.MarksOf(pool.Name) ?? [];

    private static Finding Unusable(
        PoolState pool, bool isDesired, IReadOnlyList<uint> attached, IReadOnlyList<uint> spareMarks)
    {
        string kept = attached.Count == 0 ? "" : $": {PoolState.Kept(attached.Count)}";
        return Finding.Bad(
            Area, $"[{pool.Name}] {pool.Trouble}{kept}",
            Remedy.MakePool(pool, isDesired, attached.Count > 0 ? attached : spareMarks));
    }

    private static bool TakesPackets(PoolContent pool) => pool.Slots.Any(target => target is { CanTakePackets: true });

    /// <summary>`table 2310297721, generation 4: 2 up, 1 drain, 1 without an entry`.</summary>
    private static string StatesOf(PoolSnapshot table)
    {
        var counts = new int[(int)TargetState.Down + 1];
        int standing = 0;
        int bad = 0;
        int starting = 0;
        int[] entries = table.EntriesBySlot();
        for (int slot = 0; slot < entries.Length; slot++)
        {
            if (table.Content.Slots[slot] is { } target)
            {
                counts[(int)target.State]++;
                bad += target.Health == TargetHealth.Bad ? 1 : 0;
                starting += target.Ramp.IsWhole ? 0 : 1;
                standing += target.CanTakePackets && entries[slot] == 0 ? 1 : 0;
            }
        }
        return $"table {TableCheckSum.Of(table)}, generation {table.Generation}: {counts[(int)TargetState.Up]} up"
            + Also(counts[(int)TargetState.Drain], "drain") + Also(counts[(int)TargetState.Down], "down")
            + Also(bad, "bad") + Also(starting, "starting slowly") + Also(standing, "without an entry");
    }

    private static string Also(int count, string what) => count == 0 ? "" : $", {count} {what}";
}
