using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>What there is of the targets that are asked for.</summary>
public static class TargetReports
{
    /// <summary>A report for each target, in their order.</summary>
    /// <param name="desired">The targets.</param>
    /// <param name="network">Rules, routes and neighbours.</param>
    /// <param name="poolOf">A pool as it is.</param>
    /// <param name="balancer">Counts packets of targets; null when none answers.</param>
    public static IReadOnlyList<TargetReport> Of(
        DesiredState desired, NetworkState network, Func<PoolName, PoolState> poolOf, BalancerState? balancer)
    {
        var ways4 = new Ways(network, IpFamily.Ipv4);
        var ways6 = new Ways(network, IpFamily.Ipv6);
        return
        [
            .. from pool in desired.Pools
               let slots = new Slots(poolOf(pool.Name))
               from target in pool.Targets.OrderBy(target => target.Slot)
               select new TargetReport(
                   pool, target, slots.StateOf(target), ways4.Of(target), ways6.Of(target), slots.ShareOf(target),
                   balancer?.TargetPackets?.GetValueOrDefault(BalancerState.KeyOf(pool.Name.Text, target.Slot)))
               {
                   InSlot = slots.InSlotOf(target),
                   Verdict = balancer?.Verdicts.GetValueOrDefault(BalancerState.KeyOf(pool.Name.Text, target.Slot)),
                   CheckSum = slots.CheckSum,
                   Generation = slots.Generation,
                   DrainSeconds = balancer?.Drain.SecondsLeftOf(pool.Name.Text),
               },
        ];
    }

    /// <summary>A pool as it stands in shared memory.</summary>
    private sealed class Slots
    {
        private readonly PoolSnapshot? _pool;
        private readonly int[] _entriesBySlot = [];

        public Slots(PoolState state)
        {
            if (state.Table is { } pool)
            {
                _pool = pool;
                _entriesBySlot = pool.EntriesBySlot();
                CheckSum = TableCheckSum.Of(pool);
            }
        }

        public uint? CheckSum { get; }

        public ulong? Generation => _pool?.Generation;

        public SlotState StateOf(DesiredTarget target)
        {
            if (target.Slot >= _entriesBySlot.Length)
            {
                return SlotState.NoPool;
            }
            var mark = _pool!.Content.Slots[target.Slot]?.Mark;
            return mark == target.Mark ? SlotState.Active : mark is null ? SlotState.Empty : SlotState.Taken;
        }

        public double ShareOf(DesiredTarget target) => target.Slot >= _entriesBySlot.Length
            ? 0
            : (double)_entriesBySlot[target.Slot] / _pool!.Entries.Length;

        /// <summary>Null where the target is not in its slot.</summary>
        public SlotTarget? InSlotOf(DesiredTarget target) => StateOf(target) == SlotState.Active
            ? _pool!.Content.Slots[target.Slot]
            : null;
    }

    /// <summary>Rules, routes and neighbours of a family.</summary>
    private sealed class Ways(NetworkState network, IpFamily family)
    {
        private readonly IReadOnlyList<MarkRule> _rules =
            MarkRules.Among([.. network.RulesOf(family).Where(Ownership.IsOurs)], family);
        private readonly ILookup<RoutingTable, Route> _routes =
            network.Routes.Where(route => route.Family == family).ToLookup(route => route.Table);
        private readonly ILookup<Packets.Address, Neighbour> _neighbours =
            network.Neighbours.ToLookup(neighbour => neighbour.Address);
        private readonly Dictionary<string, Link> _byName =
            network.Links.DistinctBy(link => link.Name).ToDictionary(link => link.Name);
        private readonly Dictionary<LinkIndex, Link> _byIndex =
            network.Links.DistinctBy(link => link.Index).ToDictionary(link => link.Index);

        public WayReport? Of(DesiredTarget target)
        {
            if ((family == IpFamily.Ipv4 ? target.Via4 : target.Via6) is not { } gateway)
            {
                return null;
            }
            var table = new RoutingTable(target.Table);
            var found = MarkWalk.Of(_rules, (uint)target.Mark.Value).Found;
            var route = _routes[table].FirstOrDefault(route => route.Destination == Route.Default(family)
                && route.Gateway == gateway
                && (target.Device is null || _byName.GetValueOrDefault(target.Device)?.Index == route.Link));
            var neighbour = _neighbours[gateway].FirstOrDefault(neighbour => neighbour.Link == route?.Link);
            return new WayReport(
                gateway,
                HasRule: found is { Argument: var number } && number == table.Id,
                HasRoute: route is not null,
                IsGuarded: _routes[table].Any(route => route.Destination == Route.Default(family)
                    && route.Type is RouteType.Unreachable or RouteType.Blackhole),
                Link: route?.Link is { } index ? _byIndex.GetValueOrDefault(index)?.Name ?? "" : "",
                neighbour?.State)
            {
                InPlace = route is not null ? null : _routes[table].FirstOrDefault(other =>
                    other.Destination == Route.Default(family) && !Ownership.IsOurs(other)),
            };
        }
    }
}
