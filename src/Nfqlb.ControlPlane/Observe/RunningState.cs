using Nfqlb.ControlPlane.Host;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
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
        var pools = new Dictionary<PoolName, PoolMarks>();
        foreach (var name in names)
        {
            if (host.Pools.Read(name) is { } content)
            {
                pools.Add(name, content);
            }
        }
        var ways = new Ways(pools.Values.SelectMany(pool => pool.Marks).Where(mark => mark > 0));
        return desired with
        {
            Flows = [.. flows ?? desired.Flows],
            Pools = [.. pools.Select(pool => PoolOf(pool.Key, pool.Value, desired, ways))],
            Vips = [.. (vips?.Prefixes ?? []).Select(prefix =>
                new DesiredVip(prefix, egress.TryGetValue(prefix, out uint leaves) ? leaves : null))],
            Queues = vips?.Queues ?? desired.Queues,
        };
    }

    private static DesiredPool PoolOf(PoolName name, PoolMarks content, DesiredState desired, Ways ways)
    {
        var known = desired.Pools.FirstOrDefault(pool => pool.Name == name)?.Targets ?? [];
        return new DesiredPool(name, content.Size, content.OwnMark)
        {
            Targets =
            [
                .. from slot in Enumerable.Range(0, content.Marks.Length)
                   where content.Marks[slot] > 0
                   let mark = new FirewallMark(content.Marks[slot])
                   select ways.Of(slot, mark, known.FirstOrDefault(
                       target => target.Slot == slot && target.Mark == mark)),
            ],
        };
    }
}
