using Nfqlb.Checks;
using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>What is to be checked, and how, so that a state that is asked for is kept to.</summary>
public static class CheckedTargets
{
    private const int AddressBits = 128;

    /// <summary>All targets that are checked. Of those that are said to be checked in a way that cannot be, none.
    /// </summary>
    public static IEnumerable<CheckedTarget> Of(DesiredState state)
    {
        var vips = new VipsOfPools(state);
        foreach (var pool in state.Pools)
        {
            foreach (var target in pool.Targets)
            {
                if (Check(pool, target) is { } check && TryMake(check, pool, target, vips, out var made, out _, out _))
                {
                    yield return made!;
                }
            }
        }
    }

    /// <summary>What is wrong with the checks that are asked for, each place once.</summary>
    public static IEnumerable<Diagnostic> Diagnostics(DesiredState state)
    {
        var vips = new VipsOfPools(state);
        var said = new HashSet<string>();
        foreach (var (i, pool) in state.Pools.Index())
        {
            foreach (var (j, target) in pool.Targets.Index())
            {
                if (Check(pool, target) is not { } check
                    || TryMake(check, pool, target, vips, out _, out string key, out string reason))
                {
                    continue;
                }
                string path = target.Check is not null && (Says(target.Check, key) || pool.Check is null)
                    ? $"pools[{i}].targets[{j}].check.{key}" : $"pools[{i}].check.{key}";
                if (said.Add(path))
                {
                    yield return new Diagnostic(path, reason);
                }
            }
        }
    }

    private static DesiredCheck? Check(DesiredPool pool, DesiredTarget target) =>
        (target.Check?.Over(pool.Check) ?? pool.Check) is { IsNone: false } check ? check : null;

    private static bool Says(DesiredCheck check, string key) => key switch
    {
        "type" => check.Kind is not null,
        "port" => check.Kind is not null || check.Port is not null,
        "to" => check.To is not null,
        "command" => check.Kind is not null,
        _ => check.Timeout is not null || check.Interval is not null,
    };

    /// <param name="check">What is said of it.</param>
    /// <param name="pool">Of this pool.</param>
    /// <param name="target">Of this target.</param>
    /// <param name="vips">Where the flows of pools lead.</param>
    /// <param name="made">The check, when this returns true.</param>
    /// <param name="key">Which key is wrong, when this returns false.</param>
    /// <param name="reason">And why.</param>
    private static bool TryMake(
        DesiredCheck check, DesiredPool pool, DesiredTarget target, VipsOfPools vips, out CheckedTarget? made,
        out string key, out string reason)
    {
        made = null;
        (key, reason) = ("type", "missing");
        if (check.Kind is not { } kind)
        {
            return false;
        }
        (key, reason) = ("port", "missing");
        ushort? port = kind switch
        {
            CheckKind.Icmp => 0,
            CheckKind.Exec => check.Port ?? 0,
            CheckKind.Http => check.Port ?? 80,
            CheckKind.Https => check.Port ?? 443,
            _ => check.Port,
        };
        if (port is null)
        {
            return false;
        }
        (key, reason) = ("command", "missing");
        if (kind == CheckKind.Exec && check.Command is null)
        {
            return false;
        }
        (key, reason) = ("timeout", $"must not be longer than the interval [{Duration.Text(check.Rules.Interval)}]");
        if (check.TimeoutOrUsual > check.Rules.Interval)
        {
            return false;
        }
        key = "to";
        if (kind == CheckKind.Icmp && check.To is { IsTarget: false })
        {
            // The output chain queues ICMP for virtual addresses: errors of this host have to find their target.
            reason = "a ping of this host to a virtual address is balanced like one of a client: ask the target";
            return false;
        }
        var to = kind == CheckKind.Icmp ? CheckDestination.Target : check.To;
        if (!TryFindAddresses(to, pool, target, vips, out var addresses, out reason))
        {
            return false;
        }
        var question = check.Question(kind, port.Value);
        if (kind == CheckKind.Exec)
        {
            question = question with { Command = check.Command, Pool = pool.Name.Text, Target = $"{target}" };
        }
        var probes = new List<TargetProbe>(2);
        foreach (var address in addresses)
        {
            probes.Add(new TargetProbe(question, address, target.Mark, check.TimeoutOrUsual));
        }
        made = new CheckedTarget(pool.Name, target, check.Rules, [.. probes])
        {
            KeepsWhileBad = check.KeepsWhileBad ?? false,
        };
        return true;
    }

    private static bool TryFindAddresses(
        CheckDestination? to, DesiredPool pool, DesiredTarget target, VipsOfPools vips,
        out List<Address> addresses, out string reason)
    {
        addresses = [];
        reason = "";
        if (to is { IsTarget: true })
        {
            addresses = OfFamilies(target, target.Via4, target.Via6);
            reason = addresses.Count > 0 ? "" : "[target] a target without a next hop has no address that is known";
        }
        else if (to is { Vip4: not null } or { Vip6: not null })
        {
            addresses = OfFamilies(target, to.Vip4, to.Vip6);
            reason = addresses.Count > 0 ? "" : $"target [{target}] has no next hop of this family";
        }
        else
        {
            var (vip4, vip6) = (vips.Of(pool.Name, isIpv4: true), vips.Of(pool.Name, isIpv4: false));
            if (vip4.Count <= 1 && vip6.Count <= 1)
            {
                addresses = OfFamilies(target, First(vip4), First(vip6));
            }
            if (addresses.Count == 0 && to is null)
            {
                addresses = OfFamilies(target, target.Via4, target.Via6);
            }
            reason = addresses.Count > 0 ? ""
                : to is null ? "missing: which virtual address is asked?"
                : vip4.Count > 1 || vip6.Count > 1 ? "[vip] the flows of the pool lead to several: name one"
                : "[vip] no flow of the pool leads to a single address of the target's family: name one";
        }
        return addresses.Count > 0;
    }

    private static Address? First(IReadOnlyList<Address> addresses) => addresses.Count > 0 ? addresses[0] : null;

    /// <summary>Those of the families that the target has a way for.</summary>
    private static List<Address> OfFamilies(DesiredTarget target, Address? ipv4, Address? ipv6)
    {
        var addresses = new List<Address>(2);
        if (ipv4 is { } one && (target.Via4 is not null || !target.HasWay))
        {
            addresses.Add(one);
        }
        if (ipv6 is { } other && (target.Via6 is not null || !target.HasWay))
        {
            addresses.Add(other);
        }
        return addresses;
    }

    /// <summary>The single addresses that flows lead from to each pool: the first two of a family, as nobody asks but
    /// whether there are several. All of them would take time by the square of their number.</summary>
    private sealed class VipsOfPools
    {
        private const int Several = 2;

        private readonly Dictionary<(PoolName, bool), List<Address>> _vips = [];

        public VipsOfPools(DesiredState state)
        {
            foreach (var flow in state.Flows)
            {
                foreach (var block in flow.Destinations)
                {
                    if (block.PrefixLength == AddressBits)
                    {
                        Add((flow.Target, block.Base.IsIpv4), block.Base);
                    }
                }
            }
        }

        public IReadOnlyList<Address> Of(PoolName pool, bool isIpv4) => _vips.GetValueOrDefault((pool, isIpv4)) ?? [];

        private void Add((PoolName, bool) key, Address address)
        {
            if (!_vips.TryGetValue(key, out var list))
            {
                _vips[key] = list = [];
            }
            if (list.Count < Several && !list.Contains(address))
            {
                list.Add(address);
            }
        }
    }
}
