using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>What sources have found, by service; what they do not know yet is as it was known last.</summary>
/// <param name="known">The targets of each service that is known.</param>
public sealed class FoundTargets(IReadOnlyDictionary<KubernetesService, IReadOnlyList<FoundTarget>> known)
{
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
        var all = new FoundTargets(known) { _unreachable = unreachable };
        foreach (var (pool, target) in last.Targets)
        {
            if (target.FoundIn is not { } service)
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

    /// <summary>Those of a service that are to be targets of a pool.</summary>
    public IEnumerable<FoundTarget> Of(PoolName pool, KubernetesService service)
    {
        var all = known.TryGetValue(service, out var found) ? found
            : _kept.TryGetValue((pool, $"{service}"), out var kept) ? kept
            : [];
        foreach (var one in all)
        {
            var target = one with { Via4 = Reachable(one.Via4), Via6 = Reachable(one.Via6) };
            yield return target is { Via4: null, Via6: null }
                ? target with { Device = null, State = TargetState.Down }
                : target;
        }
    }

    private Address? Reachable(Address? address) =>
        address is { } one && _unreachable.Contains(one) ? null : address;
}
