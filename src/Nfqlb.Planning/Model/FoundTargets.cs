using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>What sources have found, by service; what they do not know yet is as it was known last.</summary>
/// <param name="known">The targets of each service that is known.</param>
public sealed class FoundTargets(IReadOnlyDictionary<KubernetesService, IReadOnlyList<FoundTarget>> known)
{
    private readonly IReadOnlyDictionary<KubernetesService, IReadOnlyList<FoundTarget>> _known = known;
    private readonly Dictionary<(PoolName, string), List<FoundTarget>> _kept = [];

    /// <summary>Nothing is known.</summary>
    public static FoundTargets None => new(new Dictionary<KubernetesService, IReadOnlyList<FoundTarget>>());

    private IReadOnlySet<Address> _unreachable = new HashSet<Address>();

    /// <summary>The same; of what is not known it has what an earlier state has of it.</summary>
    /// <param name="last">The earlier state.</param>
    /// <param name="unreachable">Addresses that nothing leads to: a target that has no other one is down, and keeps its
    /// slot.</param>
    public FoundTargets KeepingFrom(DesiredState last, IReadOnlySet<Address> unreachable)
    {
        var all = new FoundTargets(_known) { _unreachable = unreachable };
        var services = new HashSet<string>();
        foreach (var service in _known.Keys)
        {
            services.Add($"{service}");
        }
        foreach (var (pool, target) in last.Targets)
        {
            if (target.FoundIn is not { } service || services.Contains(service))
            {
                continue;
            }
            if (!all._kept.TryGetValue((pool.Name, service), out var kept))
            {
                all._kept[(pool.Name, service)] = kept = [];
            }
            kept.Add(new FoundTarget(target.Name!)
            {
                Via4 = target.Via4,
                Via6 = target.Via6,
                Device = target.Device,
                Weight = target.Weight,
                State = target.State,
                Priority = target.Priority,
            });
        }
        return all;
    }

    /// <summary>The targets, by service and name, of which only state, weight or priority is another than before; null
    /// where anything else is.</summary>
    /// <param name="earlier">What was found before.</param>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, FoundTarget>>? RestatedSince(FoundTargets earlier)
    {
        var services = new Dictionary<string, IReadOnlyDictionary<string, FoundTarget>>();
        foreach (var (service, targets) in _known)
        {
            var before = earlier._known.GetValueOrDefault(service);
            if (before?.Count != targets.Count)
            {
                return null;
            }
            var restated = new Dictionary<string, FoundTarget>();
            for (int i = 0; i < targets.Count; i++)
            {
                var (was, now) = (before[i], targets[i]);
                if (ReferenceEquals(was, now) || was == now)
                {
                    continue;
                }
                if (now != was with { State = now.State, Weight = now.Weight, Priority = now.Priority })
                {
                    return null;
                }
                restated[now.Name] = now;
            }
            services[$"{service}"] = restated;
        }

        // Of two that are called alike, and followed in different ways, nobody can tell here.
        return services.Count == _known.Count && _known.Count == earlier._known.Count ? services : null;
    }

    /// <summary>Those of a service that are to be targets of a pool.</summary>
    public IEnumerable<FoundTarget> Of(PoolName pool, KubernetesService service)
    {
        var all = _known.TryGetValue(service, out var found) ? found
            : _kept.TryGetValue((pool, $"{service}"), out var kept) ? kept
            : [];
        foreach (var one in all)
        {
            var (via4, via6) = (Reachable(one.Via4), Reachable(one.Via6));
            yield return via4 is null && via6 is null
                ? one with { Via4 = null, Via6 = null, Device = null, State = TargetState.Down }
                : via4 == one.Via4 && via6 == one.Via6 ? one
                : one with { Via4 = via4, Via6 = via6 };
        }
    }

    private Address? Reachable(Address? address) =>
        address is { } one && _unreachable.Contains(one) ? null : address;
}
