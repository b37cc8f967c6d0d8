using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.Cli.Apply;

/// <summary>What there is, in the form of what is wanted: pools and their slots from shared memory, ways from the
/// kernel, flows from the balancer.</summary>
internal static class RunningState
{
    /// <summary>Reads it.</summary>
    /// <param name="wanted">Names of targets, and pools that no flow leads to, are known from there alone.</param>
    public static DesiredState Read(DesiredState wanted)
    {
        var flows = RunningFlows.Read();
        using var table = VipTable.Open();
        using var routing = RoutingSocket.Open();
        var vips = table.Read();
        var egress = EgressRouting.ReadTables();
        var ways = new Ways(routing, wanted.MarkMask);
        var names = wanted.Pools.Select(pool => pool.Name)
            .Union((flows ?? wanted.Flows).Select(flow => flow.Target));
        return wanted with
        {
            Flows = [.. flows ?? wanted.Flows],
            Pools = [.. names.Select(name => PoolOf(name, wanted, ways)).OfType<DesiredPool>()],
            Vips = [.. vips.Vips.Select(prefix =>
                new DesiredVip(prefix, egress.TryGetValue(prefix, out uint leaves) ? leaves : null))],
            Queues = vips.Queue is not { } queue ? wanted.Queues : new DesiredQueues
            {
                First = queue.Queues.First.Value,
                Last = queue.Queues.Last.Value,
                IsByCpu = queue.FanOut,
                IsByPorts = queue.ByPorts,
                IsBypassed = queue.Bypass,
                IsUntracked = vips.WithoutConntrack,
            },
        };
    }

    private static DesiredPool? PoolOf(PoolName name, DesiredState wanted, Ways ways)
    {
        if (PoolDirectory.TryOpen(name) is not { } segment || PoolTables.Read(name) is not { } marks)
        {
            return null;
        }
        var known = wanted.Pools.FirstOrDefault(pool => pool.Name == name)?.Targets ?? [];
        return new DesiredPool(name, segment.Size, segment.OwnMark)
        {
            Targets =
            [
                .. from slot in Enumerable.Range(0, marks.Length)
                   where marks[slot] > 0
                   let mark = new FirewallMark(marks[slot])
                   let target = known.FirstOrDefault(target => target.Slot == slot && target.Mark == mark)
                   let found = ways.Of(slot, mark, target)
                   where found is not null
                   select found,
            ],
        };
    }

    /// <summary>Where marks lead, by whosever rules.</summary>
    private sealed class Ways(RoutingSocket socket, MarkMask mask)
    {
        private readonly Dictionary<LinkIndex, string> _links =
            socket.ReadLinks().ToDictionary(link => link.Index, link => link.Name);

        private readonly Dictionary<IpFamily, IReadOnlyList<RoutingRule>> _rules =
            Families.ToDictionary(family => family, socket.ReadRules);

        private readonly Dictionary<IpFamily, ILookup<RoutingTable, Route>> _routes = Families.ToDictionary(
            family => family, family => socket.ReadRoutes(family).ToLookup(route => route.Table));

        private static IpFamily[] Families => [IpFamily.Ipv4, IpFamily.Ipv6];

        /// <summary>The target of a mark; null when no table leads anywhere.</summary>
        public DesiredTarget? Of(int slot, FirewallMark mark, DesiredTarget? known)
        {
            if (TableOf(mark) is not { } table)
            {
                return known;
            }
            var route4 = RouteOf(IpFamily.Ipv4, table);
            var route6 = RouteOf(IpFamily.Ipv6, table);
            if (route4 is null && route6 is null)
            {
                return known;
            }
            bool isOnLink = route4 is { IsOnLink: true } || route6 is { IsOnLink: true };
            return new DesiredTarget
            {
                Name = known?.Name,
                Slot = slot,
                Mark = mark,
                Via4 = route4?.Gateway,
                Via6 = route6?.Gateway,
                Device = known?.Device ?? (isOnLink && (route4 ?? route6)!.Link is { } link ? _links[link] : null),
                Table = table.Id,
            };
        }

        private RoutingTable? TableOf(FirewallMark mark) => Families
            .SelectMany(family => _rules[family])
            .Where(rule => rule.Fwmark == new FwmarkMatch((uint)mark.Value, mask.Bits))
            .FirstOrDefault(rule => rule.Action.Table is not null)
            ?.Action.Table;

        private Route? RouteOf(IpFamily family, RoutingTable table) => _routes[family][table]
            .FirstOrDefault(route => route.Destination == Route.Default(family) && route.Gateway is not null);
    }
}
