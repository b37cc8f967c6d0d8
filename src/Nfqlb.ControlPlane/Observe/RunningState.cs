using System.Collections.Immutable;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Observe;

/// <summary>What there is, in the form of what is desired: pools and their slots from shared memory, ways from the
/// kernel, flows from the balancer.</summary>
/// <param name="host">Where.</param>
public sealed class RunningState(Surroundings host)
{
    /// <summary>Reads it.</summary>
    /// <param name="desired">Names of targets, and pools that no flow leads to, are known from there alone.</param>
    public DesiredState Read(DesiredState desired)
    {
        var flows = host.Flows.Read();
        var vips = host.Kernel.ReadVips();
        var egress = EgressRules.TablesOf(host.Kernel.ReadRules());
        var names = desired.Pools.Select(pool => pool.Name)
            .Union((flows ?? desired.Flows).Select(flow => flow.Target));
        var pools = new Dictionary<PoolName, PoolContent>();
        foreach (var name in names)
        {
            if (host.Pools.Read(name) is { } content)
            {
                pools.Add(name, content);
            }
        }
        var features = new Observer(host).Observe(desired, Managed.Nothing, Scope.Features).Features;
        var ways = new Ways(pools.Values.SelectMany(pool => pool.Marks).Where(mark => mark > 0));
        return desired with
        {
            Flows = [.. flows ?? desired.Flows],
            Pools = [.. pools.Select(pool => PoolOf(pool.Key, pool.Value, desired, ways))],
            Vips = [.. (vips?.Prefixes ?? []).Select(prefix =>
                new DesiredVip(prefix, egress.TryGetValue(prefix, out uint leaves) ? leaves : null))],
            Queues = vips?.Queues ?? desired.Queues,
            Features = [.. desired.Features.Select(feature => features.TryGetValue(feature.Key, out var there)
                ? feature with { IsOn = there?.IsActive ?? false }
                : feature)],
        };
    }

    private static DesiredPool PoolOf(PoolName name, PoolContent content, DesiredState desired, Ways ways)
    {
        var asked = desired.Pools.FirstOrDefault(pool => pool.Name == name);
        var targets = ImmutableArray.CreateBuilder<DesiredTarget>();
        for (int slot = 0; slot < content.Slots.Length; slot++)
        {
            if (content.Slots[slot] is { Mark.Value: > 0 } there)
            {
                var known = asked?.Targets.FirstOrDefault(
                    target => target.Slot == slot && target.Mark == there.Mark);
                var target = ways.Of(slot, there.Mark, known);
                targets.Add(target with
                {
                    Check = known?.Check,
                    Name = there.Name?.Text ?? target.Name,
                    Weight = there.Weight,
                    State = there.State,
                    Priority = there.Priority,
                });
            }
        }
        return new DesiredPool(name, content.Shape, content.Settings)
        {
            Check = asked?.Check,
            PanicPercent = asked?.PanicPercent ?? 0,
            SlowStart = asked?.SlowStart,
            Targets = targets.DrainToImmutable(),
        };
    }
}
