using Nfqlb.Maglev;

namespace Nfqlb.Wanted;

/// <summary>What no kernel has to be asked for: whether the parts of a wanted state fit together.</summary>
public static class WantedCheck
{
    /// <summary>The tables that Linux has of its own (RT_TABLE_*, linux/rtnetlink.h).</summary>
    private const uint CompatTable = 252;
    private const uint LocalTable = 255;

    /// <summary>All that is wrong, in the order of the parts; none when it can be carried out.</summary>
    public static IEnumerable<Complaint> Complaints(WantedState wanted) =>
    [
        .. Pools(wanted), .. Marks(wanted), .. Flows(wanted), .. Vips(wanted), .. Queues(wanted.Queues),
    ];

    private static IEnumerable<Complaint> Pools(WantedState wanted)
    {
        foreach (var (i, pool) in wanted.Pools.Index())
        {
            string path = $"pools[{i}]";
            if (!pool.Size.IsValid(out string reason))
            {
                yield return new(path, $"[{pool.Name}] {reason}");
            }
            if (wanted.Pools.IndexOf(wanted.Pools.First(other => other.Name == pool.Name)) < i)
            {
                yield return new($"{path}.name", $"[{pool.Name}] stands twice");
            }
            foreach (var complaint in Targets(pool, path))
            {
                yield return complaint;
            }
        }
    }

    private static IEnumerable<Complaint> Targets(WantedPool pool, string pathOfPool)
    {
        var names = new HashSet<string>();
        var slots = new HashSet<int>();
        foreach (var (i, target) in pool.Targets.Index())
        {
            string path = $"{pathOfPool}.targets[{i}]";
            if (target.Name is { } name && !names.Add(name))
            {
                yield return new($"{path}.name", $"[{name}] stands twice");
            }
            if (target.Slot < 0 || target.Slot >= pool.Size.Slots)
            {
                yield return new($"{path}.slot", $"[{target.Slot}] must be from 0 to {pool.Size.Slots - 1}");
            }
            else if (!slots.Add(target.Slot))
            {
                yield return new($"{path}.slot", $"[{target.Slot}] stands twice");
            }
            if (target.Mark.Value <= 0)
            {
                yield return new($"{path}.mark", $"[{target.Mark}] must be from 1 to {int.MaxValue}");
            }
            if (target.Table is 0 or >= CompatTable and <= LocalTable)
            {
                yield return new($"{path}.table", $"[{target.Table}] is a table of the system's own");
            }
            foreach (var complaint in Way(target, path))
            {
                yield return complaint;
            }
        }
    }

    private static IEnumerable<Complaint> Way(WantedTarget target, string path)
    {
        if (target.Via4 is null && target.Via6 is null)
        {
            yield return new($"{path}.via", "missing");
        }
        if (target.Via4 is { IsIpv4: false } or { Low: 0xffff_0000_0000 })
        {
            yield return new($"{path}.via", $"[{target.Via4}] is no IPv4 address to send to");
        }
        if (target.Via6 is { IsIpv4: true } or { High: 0, Low: 0 })
        {
            yield return new($"{path}.via", $"[{target.Via6}] is no IPv6 address to send to");
        }
        if (target.Device is { Length: 0 or > 15 })
        {
            yield return new($"{path}.dev", $"[{target.Device}] must be 1 to 15 characters");
        }
    }

    /// <summary>A mark leads to one place, and a table too.</summary>
    private static IEnumerable<Complaint> Marks(WantedState wanted)
    {
        var byMark = new Dictionary<FirewallMark, WantedTarget>();
        var byTable = new Dictionary<uint, WantedTarget>();
        foreach (var (pool, target) in wanted.Targets)
        {
            string path = $"pools[{wanted.Pools.IndexOf(pool)}].targets[{pool.Targets.IndexOf(target)}]";
            if (byMark.TryGetValue(target.Mark, out var same) && !same.LeadsTo(target))
            {
                yield return new($"{path}.mark", $"[{target.Mark}] already leads to another target");
            }
            else if (byTable.TryGetValue(target.Table, out same) && !same.LeadsTo(target))
            {
                yield return new($"{path}.table", $"[{target.Table}] already leads to another target");
            }
            byMark.TryAdd(target.Mark, target);
            byTable.TryAdd(target.Table, target);
        }
    }

    private static IEnumerable<Complaint> Flows(WantedState wanted)
    {
        var names = new HashSet<string>();
        var pools = new HashSet<PoolName>(wanted.Pools.Select(pool => pool.Name));
        foreach (var (i, flow) in wanted.Flows.Index())
        {
            if (!names.Add(flow.Name.Text))
            {
                yield return new($"flows[{i}].name", $"[{flow.Name}] stands twice");
            }
            if (!pools.Contains(flow.Target))
            {
                yield return new($"flows[{i}].target", $"[{flow.Target}] is none of the pools");
            }
        }
    }

    private static IEnumerable<Complaint> Vips(WantedState wanted)
    {
        foreach (var (i, vip) in wanted.Vips.Index())
        {
            if (wanted.Vips.IndexOf(wanted.Vips.First(other => other.Prefix == vip.Prefix)) < i)
            {
                yield return new($"vips[{i}]", $"[{vip.Prefix}] stands twice");
            }
            if (vip.EgressTable is 0 or >= CompatTable and <= LocalTable)
            {
                yield return new($"vips[{i}].egress_table", $"[{vip.EgressTable}] is a table of the system's own");
            }
        }
    }

    private static IEnumerable<Complaint> Queues(WantedQueues queues)
    {
        if (queues.First > queues.Last)
        {
            yield return new("queues.range", $"[{queues.First}:{queues.Last}] ends before it begins");
        }
    }
}
