using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Simulation;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Simulation;

/// <summary>What a simulation foretells of a fleet, against connections that go by the drains of its balancers one by
/// one.</summary>
public class FleetDrainTests
{
    private const int Many = 40_000;
    private const long Second = 1_000_000_000;
    private static readonly Fleet Fleet = new(Balancers: 5, Lagging: 2);
    private static readonly Address Service = Address.FromIpv4(0xcb00710a);

    [Theory]
    [InlineData(true, "weight=a:3")]
    [InlineData(false, "weight=a:3")]
    [InlineData(true, "drain=b")]
    [InlineData(true, "down=c")]
    [InlineData(false, "down=c")]
    public void As_many_break_as_foretold(bool drains, string text) => Seeded.Run(random =>
    {
        Assert.True(PoolEvent.TryParse(text, out var what, out _));
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(997, 4)), new PoolSettings(0));
        foreach (var (slot, name) in new[] { "a", "b", "c", "d" }.Index())
        {
            pool = pool.With(slot, new SlotTarget(new FirewallMark(slot)) { Name = new TargetName(name) });
        }
        var words = new Queue<long>(Enumerable.Range(0, Many).Select(_ => random.NextInt64()));
        PacketKey[] keys =
        [
            .. words.Select(word => new PacketKey(
                Address.FromIpv4((uint)word), Service, IpProtocol.Tcp, (ushort)(1024 + ((ulong)word >> 32) % 64_512),
                443)),
        ];
        var connections = Connections.Draw(pool.Shape, default, Many, words.Dequeue, _ => { });
        var step = SimulatedStep.Run(pool, [[what]], connections, Fleet).Last();

        Node[] nodes = [.. Enumerable.Range(0, Fleet.Balancers).Select(_ => new Node(pool, drains))];
        Node Any() => nodes[random.Next(nodes.Length)];
        var old = keys.Select(key => (Key: key, Node: Any())).Select(one =>
            new Opened(one.Key, one.Node, one.Node.SlotOf(one.Key, ConnectionStage.Opens, now: 0))).ToList();
        foreach (var node in nodes[Fleet.Lagging..])
        {
            node.Follow(step.Table.Pool, Second);
        }

        // Connections that break are opened again, as far as somebody is there to answer.
        int brokenAtOnce = 0;
        foreach (var one in old)
        {
            ushort slot = one.Node.SlotOf(one.Key, ConnectionStage.Open, 2 * Second);
            if (slot != one.Slot)
            {
                brokenAtOnce += step.Table.Pool.Slots[one.Slot]!.Value.CanKeepConnections ? 1 : 0;
                one.Slot = one.Node.SlotOf(one.Key, ConnectionStage.Opens, 2 * Second);
            }
        }
        var young = keys.Select(key => (Key: key with { SourcePort = (ushort)(key.SourcePort ^ 1) }, Node: Any()))
            .Select(one => new Opened(one.Key, one.Node, one.Node.SlotOf(one.Key, ConnectionStage.Opens, 6 * Second)))
            .ToList();
        int Cut(List<Opened> some) => some.Count(one =>
            step.Table.Pool.Slots[one.Slot]!.Value.CanKeepConnections // who is down has answered nobody
            && Any().SlotOf(one.Key, ConnectionStage.Open, 7 * Second) != one.Slot);

        AssertNear(drains ? 0 : step.BrokenAtOnce, brokenAtOnce);
        AssertNear(drains ? step.BrokenByReshuffleOfDrain : step.BrokenByReshuffle, Cut(old));
        AssertNear(drains ? step.NewBrokenByReshuffleOfDrain : step.BrokenByReshuffle, Cut(young));
    });

    /// <summary>Within six standard deviations of drawing lots.</summary>
    private static void AssertNear(double expected, int actual) =>
        Assert.InRange(actual, expected - 6 * Math.Sqrt(expected), expected + 6 * Math.Sqrt(expected));

    /// <summary>A connection and where it is answered.</summary>
    private sealed class Opened(PacketKey key, Node node, ushort slot)
    {
        public PacketKey Key => key;

        public Node Node => node;

        public ushort Slot { get; set; } = slot;
    }

    /// <summary>A balancer of the fleet.</summary>
    private sealed class Node
    {
        private readonly PoolSegment _segment;
        private readonly ConnectionTable _memory;
        private readonly bool _drains;
        private DrainingTable _table;

        public Node(PoolContent content, bool drains)
        {
            var bytes = new byte[PoolSegment.BytesFor(content.Shape)];
            _segment = PoolSegment.Format(bytes, content.Shape, content.Settings);
            _segment.Publish(content);
            _drains = drains;
            _memory = new ConnectionTable(new DrainOptions { Clock = () => 0 });
            _table = new DrainingTable(_segment.CopyTable());
        }

        public void Follow(PoolContent content, long now)
        {
            _segment.Publish(content);
            _table = _drains
                ? _table.Follow(_segment.CopyTable(), now, 60 * Second)
                : new DrainingTable(_segment.CopyTable());
        }

        public ushort SlotOf(PacketKey key, ConnectionStage stage, long now)
        {
            int entry = _segment.Locate(_segment.HashOf(HashMode.Tuple, key)).Entry;
            return _table.HasMoved(entry)
                ? _table.Choose(entry, new ConnectionKey(1, key), stage, _memory, now)
                : _table.Table.Entries[entry];
        }
    }
}
