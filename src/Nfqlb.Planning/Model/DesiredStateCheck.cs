using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>What no kernel has to be asked for: whether the parts of a wanted state fit together.</summary>
public static class DesiredStateCheck
{
    /// <summary>The tables that Linux has of its own (RT_TABLE_*, linux/rtnetlink.h).</summary>
    private const uint CompatTable = 252;
    private const uint LocalTable = 255;

    private const int MostCharactersOfName = 255;

    /// <summary>Each has a chain of its own, and their map is one netlink attribute.</summary>
    private const int MostQueuesByPorts = 256;

    /// <summary>IFNAMSIZ without the NUL (linux/if.h).</summary>
    private const int MostCharactersOfDevice = 15;

    /// <summary>All that is wrong, in the order of the parts; none when it can be carried out.</summary>
    /// <remarks>Found as they are asked for: who has read enough of them need not wait for the rest.</remarks>
    public static IEnumerable<Diagnostic> Diagnostics(DesiredState wanted) => Pools(wanted)
        .Concat(Marks(wanted)).Concat(Flows(wanted)).Concat(Vips(wanted)).Concat(Announcing(wanted))
        .Concat(FastPath(wanted.FastPath)).Concat(Queues(wanted.Queues)).Concat(Links(wanted)).Concat(Sysctls(wanted))
        .Concat(CheckedTargets.Diagnostics(wanted));

    private static IEnumerable<Diagnostic> Pools(DesiredState wanted)
    {
        var names = new Dictionary<string, int>();
        foreach (var (i, pool) in wanted.Pools.Index())
        {
            string path = $"pools[{i}]";
            if (!pool.Size.IsValid(out string reason))
            {
                yield return new(path, $"[{pool.Name}] {reason}");
            }
            if (!names.TryAdd(pool.Name.Text, i))
            {
                yield return Twice($"{path}.name", $"[{pool.Name}]", $"pools[{names[pool.Name.Text]}].name");
            }
            if (pool.Settings.OwnMark < 0)
            {
                yield return new($"{path}.ownfw", $"[{pool.Settings.OwnMark}] must be from 0 to {int.MaxValue}");
            }
            int least = pool.Settings.MinActive;
            if (least < 1 || least > Math.Max(pool.Size.Slots, 1))
            {
                yield return new($"{path}.min_active", $"[{least}] must be from 1 to N, which is {pool.Size.Slots}");
            }
            foreach (var diagnostic in Targets(pool, path))
            {
                yield return diagnostic;
            }
        }
    }

    private static IEnumerable<Diagnostic> Targets(DesiredPool pool, string pathOfPool)
    {
        var names = new HashSet<string>();
        var slots = new HashSet<int>();
        foreach (var (i, target) in pool.Targets.Index())
        {
            string Path(string key) => $"{pathOfPool}.targets[{i}].{key}";
            if (target.Name is null && pool.Shape.Seed is not null)
            {
                yield return new(Path("name"), "missing: the pool knows its targets by name");
            }
            else if (target.Name is { } name && ReasonAgainst(name, pool.Shape) is { Length: > 0 } reason)
            {
                yield return new(Path("name"), $"[{PlainText.Visible(name)}] {reason}");
            }
            else if (target.Name is not null && !names.Add(target.Name))
            {
                yield return new(Path("name"), $"[{target.Name}] stands twice");
            }
            if (target.Slot < 0 || target.Slot >= pool.Size.Slots)
            {
                yield return new(Path("slot"), $"[{target.Slot}] must be from 0 to {pool.Size.Slots - 1}");
            }
            else if (!slots.Add(target.Slot))
            {
                yield return new(Path("slot"), $"[{target.Slot}] stands twice");
            }
            if (target.Mark.Value <= 0)
            {
                yield return new(Path("mark"), $"[{target.Mark}] must be from 1 to {int.MaxValue}");
            }
            else if (IsTableOfLinux(target.Table))
            {
                yield return new(Path("table"), $"[{target.Table}] is a table of the system's own");
            }
            foreach (var diagnostic in Way(target, Path))
            {
                yield return diagnostic;
            }
        }
    }

    /// <summary>127.0.0.0/8 and ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).</summary>
    private static bool IsLoopback(Address address) =>
        address.IsIpv4 ? (uint)address.Low >> 24 == 127 : address is { High: 0, Low: 1 };

    /// <summary>Whether an address can be a next hop at all.</summary>
    internal static bool CanBeSentTo(Address address) =>
        !IsLoopback(address) && address != default && address != Address.FromIpv4(0);

    private static IEnumerable<Diagnostic> Way(DesiredTarget target, Func<string, string> pathOf)
    {
        if (!target.HasWay && (target.Device is not null || target.Table != (uint)target.Mark.Value))
        {
            yield return new(pathOf("via"), "[none] goes with neither a link nor a table");
        }
        if (target.Via4 is { } via4 && (!via4.IsIpv4 || via4 == Address.FromIpv4(0)))
        {
            yield return new(pathOf("via"), $"[{via4.ToPlainString()}] is no IPv4 address to send to");
        }
        if (target.Via6 is { } via6 && (via6.IsIpv4 || via6 == default))
        {
            yield return new(pathOf("via"), $"[{via6.ToPlainString()}] is no IPv6 address to send to");
        }
        foreach (var via in new[] { target.Via4, target.Via6 })
        {
            if (via is { } address && IsLoopback(address))
            {
                yield return new(pathOf("via"), $"[{address.ToPlainString()}] is this host itself");
            }
        }
        if (target.Device is { } device && ReasonAgainstDevice(device) is { Length: > 0 } reason)
        {
            yield return new(pathOf("dev"), $"[{PlainText.Visible(device)}] {reason}");
        }
    }

    /// <summary>A mark leads to one place, and a table too.</summary>
    private static IEnumerable<Diagnostic> Marks(DesiredState wanted)
    {
        var byMark = new Dictionary<FirewallMark, DesiredTarget>();
        var byTable = new Dictionary<uint, DesiredTarget>();
        foreach (var (i, pool) in wanted.Pools.Index())
        {
            foreach (var (j, target) in pool.Targets.Index())
            {
                string Path(string key) => $"pools[{i}].targets[{j}].{key}";
                if (!wanted.MarkMask.Fits(target.Mark))
                {
                    yield return new(
                        Path("mark"), $"[{target.Mark}] has bits outside the mark mask [{wanted.MarkMask}]");
                }
                if (byMark.TryGetValue(target.Mark, out var same) && !same.LeadsTo(target))
                {
                    yield return new(Path("mark"), $"[{target.Mark}] already leads to another target");
                }
                else if (target.HasWay && byTable.TryGetValue(target.Table, out same) && !same.HasWayOf(target))
                {
                    yield return new(Path("table"), $"[{target.Table}] already leads to another target");
                }
                byMark.TryAdd(target.Mark, target);
                if (target.HasWay)
                {
                    byTable.TryAdd(target.Table, target);
                }
            }
        }
    }

    private static IEnumerable<Diagnostic> Flows(DesiredState wanted)
    {
        var names = new Dictionary<string, int>();
        var pools = new HashSet<string>(wanted.Pools.Select(pool => pool.Name.Text));
        foreach (var (i, flow) in wanted.Flows.Index())
        {
            if (!names.TryAdd(flow.Name.Text, i))
            {
                yield return Twice($"flows[{i}].name", $"[{flow.Name}]", $"flows[{names[flow.Name.Text]}].name");
            }
            if (!pools.Contains(flow.Target.Text))
            {
                yield return new($"flows[{i}].target", $"[{flow.Target}] is none of the pools");
            }
        }
    }

    private static IEnumerable<Diagnostic> Vips(DesiredState wanted)
    {
        var prefixes = new Dictionary<Cidr, int>();
        var tables = new HashSet<uint>();
        foreach (var (_, target) in wanted.Targets)
        {
            _ = target.HasWay && tables.Add(target.Table);
        }
        foreach (var (i, vip) in wanted.Vips.Index())
        {
            if (!prefixes.TryAdd(vip.Prefix, i))
            {
                yield return Twice($"vips[{i}]", $"[{vip.Prefix.ToPlainString()}]", $"vips[{prefixes[vip.Prefix]}]");
            }
            if (VipRange.ReasonAgainst(vip.Prefix) is { Length: > 0 } reason)
            {
                yield return new($"vips[{i}]", $"[{vip.Prefix.ToPlainString()}] {reason}");
            }
            if (vip.EgressTable is not { } table)
            {
                continue;
            }
            if (IsTableOfLinux(table))
            {
                yield return new($"vips[{i}].egress_table", $"[{table}] is a table of the system's own");
            }
            else if (tables.Contains(table))
            {
                yield return new($"vips[{i}].egress_table", $"[{table}] already leads to a target");
            }
        }
    }

    private static IEnumerable<Diagnostic> Announcing(DesiredState wanted)
    {
        const string path = "announce.table";
        if (wanted.Announcing is not { Table: var table })
        {
            yield break;
        }
        if (IsTableOfLinux(table))
        {
            yield return new(path, $"[{table}] is a table of the system's own");
        }
        else if (wanted.Targets.Any(pair => pair.Target.HasWay && pair.Target.Table == table))
        {
            yield return new(path, $"[{table}] already leads to a target");
        }
        else if (wanted.Vips.Any(vip => vip.EgressTable == table))
        {
            yield return new(path, $"[{table}] is a table by which packets leave");
        }
    }

    private static IEnumerable<Diagnostic> FastPath(DesiredFastPath? fastPath)
    {
        const string path = "fast_path.links";
        if (fastPath is null)
        {
            yield break;
        }
        if (DesiredFastPath.ReasonAgainst(fastPath.Links) is var (place, reason))
        {
            yield return place < 0
                ? new(path, reason)
                : new($"{path}[{place}]", $"[{PlainText.Visible(fastPath.Links[place])}] {reason}");
        }
        for (int i = 0; i < fastPath.Links.Length; i++)
        {
            if (fastPath.Links.IndexOf(fastPath.Links[i]) < i)
            {
                yield return new($"{path}[{i}]", $"[{PlainText.Visible(fastPath.Links[i])}] stands twice");
            }
        }
    }

    private static IEnumerable<Diagnostic> Queues(DesiredQueues queues)
    {
        if (queues.First > queues.Last)
        {
            yield return new("queues.range", $"[{queues.First}:{queues.Last}] ends before it begins");
        }
        if (queues.IsByPorts && queues.IsByCpu)
        {
            yield return new("queues.spread", "[ports] packets go either by their ports or by the CPU (fanout)");
        }
        if (queues.IsByPorts && queues.Last - queues.First >= MostQueuesByPorts)
        {
            yield return new("queues.spread", $"[ports] over {MostQueuesByPorts} queues at most");
        }
    }

    private static IEnumerable<Diagnostic> Links(DesiredState wanted)
    {
        foreach (string link in wanted.Features.Select(feature => feature.Key.Link).Distinct())
        {
            if (ReasonAgainstDevice(link) is { Length: > 0 } reason)
            {
                yield return new($"links[{PlainText.Visible(link)}]", reason);
            }
        }
    }

    private static IEnumerable<Diagnostic> Sysctls(DesiredState wanted)
    {
        var names = new HashSet<string>();
        foreach (var (name, value) in wanted.Sysctls)
        {
            string path = $"sysctls[{PlainText.Visible(name)}]";
            if (DesiredSysctl.ReasonAgainst(name) is { Length: > 0 } reason)
            {
                yield return new(path, reason);
            }
            if (!names.Add(name))
            {
                yield return new(path, "stands twice");
            }
            if (value.Length == 0 || value != value.Trim() || value.AsSpan().ContainsAny('\n', '\r', '\0'))
            {
                yield return new(path, $"[{PlainText.Visible(value)}] is not what a setting can be");
            }
        }
    }

    private static Diagnostic Twice(string path, string what, string first) =>
        new(path, $"{what} stands twice") { FirstPath = first };

    /// <summary>No target's table may be one of these, and no mark that is its number.</summary>
    internal static bool IsTableOfLinux(uint table) => table is 0 or >= CompatTable and <= LocalTable;

    private static string ReasonAgainst(string name, PoolShape shape) => name switch
    {
        _ when shape.Seed is not null => TargetName.TryParse(name, out _, out string reason) ? "" : reason,
        { Length: 0 or > MostCharactersOfName } => $"must be 1 to {MostCharactersOfName} characters",
        _ => PlainText.Complaint(name),
    };

    /// <summary>What dev_valid_name() in net/core/dev.c refuses.</summary>
    /// <summary>Why no link can have such a name; empty where one can.</summary>
    public static string ReasonAgainstDevice(string device) => device switch
    {
        { Length: 0 or > MostCharactersOfDevice } => $"must be 1 to {MostCharactersOfDevice} characters",
        "." or ".." => "is no name of a link",
        _ when device.AsSpan().ContainsAny('/', ':') => "'/' and ':' are not allowed",
        _ => PlainText.Complaint(device),
    };
}
