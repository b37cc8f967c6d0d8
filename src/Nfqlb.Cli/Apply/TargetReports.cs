using Nfqlb.Cli.Control;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Cli.Apply;

/// <summary>Reads what there is of targets: everything once, however many there are.</summary>
internal static class TargetReports
{
    /// <summary>A report a target, in their order.</summary>
    public static IReadOnlyList<TargetReport> Of(DesiredState wanted)
    {
        using var socket = RoutingSocket.Open();
        var links = socket.ReadLinks();
        var tables = wanted.Targets.Select(pair => new RoutingTable(pair.Target.Table)).ToHashSet();
        var ways4 = new Ways(socket, IpFamily.Ipv4, links, tables);
        var ways6 = new Ways(socket, IpFamily.Ipv6, links, tables);
        var packets = TargetPackets.Ask();
        return
        [
            .. from pool in wanted.Pools
               let slots = new Slots(pool.Name)
               from target in pool.Targets.OrderBy(target => target.Slot)
               select new TargetReport(
                   pool, target, slots.StateOf(target), ways4.Of(target), ways6.Of(target), slots.ShareOf(target),
                   packets?.GetValueOrDefault(TargetPackets.KeyOf(pool.Name.Text, target.Slot)))
               {
                   Weight = slots.WeightOf(target),
                   CheckSum = slots.CheckSum,
                   Generation = slots.Generation,
               },
        ];
    }

    /// <summary>A pool as it stands in shared memory.</summary>
    private sealed class Slots
    {
        private readonly PoolSnapshot? _pool;
        private readonly int[] _entriesBySlot = [];

        public Slots(PoolName name)
        {
            if (PoolDirectory.TryOpen(name)?.Snapshot() is { } pool)
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
            var mark = InSlotOf(target)?.Mark;
            return mark == target.Mark ? SlotState.Active : mark is null ? SlotState.Empty : SlotState.Taken;
        }

        public double ShareOf(DesiredTarget target) => target.Slot >= _entriesBySlot.Length
            ? 0
            : (double)_entriesBySlot[target.Slot] / _pool!.Entries.Length;

        /// <summary>Null where the target is not in its slot.</summary>
        public int? WeightOf(DesiredTarget target) => StateOf(target) == SlotState.Active
            ? InSlotOf(target)!.Value.Weight
            : null;

        private SlotTarget? InSlotOf(DesiredTarget target) => _pool!.Content.Slots[target.Slot];
    }

    /// <summary>Rules, routes and neighbours of a family.</summary>
    private sealed class Ways(
        RoutingSocket socket, IpFamily family, IReadOnlyList<Link> links, IReadOnlySet<RoutingTable> tables)
    {
        private readonly IReadOnlyList<MarkRule> _rules =
            MarkRules.Among(socket.ReadRules(family, Ownership.IsOurs), family);
        private readonly ILookup<RoutingTable, Route> _routes =
            socket.ReadRoutes(family, tables).ToLookup(route => route.Table);
        private readonly ILookup<Packets.Address, Neighbour> _neighbours =
            socket.ReadNeighbours(family).ToLookup(neighbour => neighbour.Address);
        private readonly Dictionary<string, Link> _byName = links.ToDictionary(link => link.Name);
        private readonly Dictionary<LinkIndex, Link> _byIndex = links.ToDictionary(link => link.Index);

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
                neighbour?.State);
        }
    }
}
