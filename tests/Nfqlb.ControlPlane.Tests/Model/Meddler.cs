using Nfqlb.ControlPlane.Store;
using Nfqlb.Maglev;
using Nfqlb.Planning.Objects;

namespace Nfqlb.ControlPlane.Tests.Model;

/// <summary>Somebody else, who changes what is ours.</summary>
internal static class Meddler
{
    /// <summary>Changes something, or nothing.</summary>
    public static void Meddle(Random random, ModelHost host)
    {
        switch (random.Next(7))
        {
            case 0:
                host.Kernel.Routes.RemoveAll(route => Ownership.IsOurs(route) && random.Next(3) == 0);
                break;
            case 1:
                host.Kernel.Rules.RemoveAll(rule => Ownership.IsOurs(rule) && random.Next(3) == 0);
                break;
            case 2:
                host.Kernel.ChangeVips(null);
                break;
            case 3 when host.Pools.Pools.Keys.FirstOrDefault(name => name.Text != "hand") is { Text: not null } name:
                host.Pools.Pools.Remove(name);
                break;
            case 4 when host.Pools.Pools.Keys.FirstOrDefault(name => name.Text != "hand") is { Text: not null } name:
                host.Pools.Pools[name] = Meddled(random, host.Pools.Pools[name]);
                break;
            case 6:
                // As who makes the links would. Anything else would be his to keep, were it asked for no more by now.
                foreach (var feature in StateStore.Look(host.Store).Features)
                {
                    host.Kernel.ChangeFeature(feature.Key.Name, feature.Former!.Value);
                }
                break;
            case 5 when host.Flows.Read()!.FirstOrDefault(flow => flow.Name.Text.StartsWith('f')) is { } flow:
                host.Flows.Delete(flow.Name);
                break;
        }
    }

    /// <summary>Another target in a slot, none, or the same with another weight or state; or other settings.</summary>
    private static PoolContent Meddled(Random random, PoolContent pool) => random.Next(4) switch
    {
        0 => pool.With(0, null),
        1 => pool.With(0, new SlotTarget(new FirewallMark(77)) { Name = RandomHost.NameIn(pool.Shape, "x") }),
        2 => pool with
        {
            Slots = [.. pool.Slots.Select(target => target is { } there
                ? there with { Weight = (ushort)random.Next(4), State = (TargetState)random.Next(3) }
                : target)],
        },
        _ => pool with { Settings = pool.Settings with { MinActive = 1 + random.Next(3) } },
    };
}
