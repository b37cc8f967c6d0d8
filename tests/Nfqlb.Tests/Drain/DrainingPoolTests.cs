using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Classification;
using Nfqlb.Tests.Maglev;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Drain;

/// <summary>Packets through the classifier while a pool's targets change.</summary>
public class DrainingPoolTests
{
    private const long Second = 1_000_000_000;
    private const byte Syn = 0x02, Ack = 0x10;
    private const int Comes = 104;

    private static readonly PoolSize Size = new(101, 10);
    private readonly ConnectionTable _connections;
    private readonly Balancer _balancer;
    private long _now = Second;

    public DrainingPoolTests()
    {
        _connections = new ConnectionTable(new DrainOptions { Clock = () => _now });
        _balancer = Draining(_connections);
    }

    private static IEnumerable<ushort> Ports => Enumerable.Range(1_000, 300).Select(port => (ushort)port);

    [Fact]
    public void Connections_stay_when_a_target_comes_and_new_ones_go_by_the_new_table()
    {
        var homes = Open(Ports);
        Come();
        var expected = Table();
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Tcp(port, Ack))));
        ushort[] others = [.. Ports.Select(port => (ushort)(port + 10_000))];
        var opened = Open(others);
        Assert.Contains(Comes, opened.Values);
        Assert.All(others, port => Assert.Equal(expected(Tcp(port, Ack)), opened[port]));
        Assert.All(others, port => Assert.Equal(opened[port], Mark(Tcp(port, Ack))));
        Assert.NotEqual(0, _balancer.Counters.Kept);
    }

    [Fact]
    public void When_the_drain_is_over_the_table_alone_decides()
    {
        var homes = Open(Ports);
        Come();
        Mark(Tcp(1, Ack));
        var table = Table();
        _now += 60 * Second - 1;
        StartBatch();
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Tcp(port, Ack))));
        _now += 1;
        StartBatch();
        Assert.All(Ports, port => Assert.Equal(table(Tcp(port, Ack)), Mark(Tcp(port, Ack))));
        Assert.Contains(Ports, port => homes[port] != Mark(Tcp(port, Ack)));
    }

    [Fact]
    public void Of_a_target_that_leaves_only_its_own_connections_move()
    {
        var homes = Open(Ports);
        Change(content => content.With(1, null));
        Assert.All(Ports, port => Assert.True(
            homes[port] == 101 ? Mark(Tcp(port, Ack)) != 101 : Mark(Tcp(port, Ack)) == homes[port], $"port {port}"));
    }

    [Fact]
    public void A_target_that_was_away_for_a_moment_finds_its_connections_again()
    {
        var homes = Open(Ports);
        Change(content => content.With(1, content.Slots[1]!.Value with { Health = TargetHealth.Bad }));
        ushort[] meanwhile = [.. Ports.Select(port => (ushort)(port + 10_000))];
        var opened = Open(meanwhile);
        Assert.DoesNotContain(101, opened.Values);
        Change(content => content.With(1, content.Slots[1]!.Value with { Health = TargetHealth.Good }));
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Tcp(port, Ack))));
        Assert.All(meanwhile, port => Assert.Equal(opened[port], Mark(Tcp(port, Ack))));
        Assert.Contains(101, Open(Ports.Select(port => (ushort)(port + 20_000))).Values);
    }

    [Theory]
    [InlineData(TargetState.Drain, TargetHealth.Good, false, true)]
    [InlineData(TargetState.Down, TargetHealth.Good, false, false)]
    [InlineData(TargetState.Up, TargetHealth.Bad, false, false)]
    [InlineData(TargetState.Up, TargetHealth.Bad, true, true)]
    [InlineData(TargetState.Down, TargetHealth.Bad, true, false)]
    public void A_target_that_drains_keeps_its_connections_and_one_that_is_down_does_not(
        TargetState state, TargetHealth health, bool keepsWhileBad, bool keeps)
    {
        var homes = Open(Ports);
        Change(content => content.With(1, content.Slots[1]!.Value with
        {
            State = state, Health = health, KeepsWhileBad = keepsWhileBad,
        }));
        Assert.Equal(keeps, Ports.All(port => Mark(Tcp(port, Ack)) == homes[port]));
        Assert.DoesNotContain(101, Open(Ports.Select(port => (ushort)(port + 10_000))).Values);
    }

    [Fact]
    public void All_targets_of_a_pool_can_drain()
    {
        var homes = Open(Ports);
        Change(content => Enumerable.Range(0, 4).Aggregate(content, (all, slot) =>
            all.With(slot, all.Slots[slot]!.Value with { State = TargetState.Drain })));
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Tcp(port, Ack))));
        Assert.Null(Mark(Tcp(9, Syn)));
    }

    [Fact]
    public void Fragments_and_errors_follow_the_connection()
    {
        var homes = Open(Ports);
        Come();
        var table = Table();
        var moved = Ports.Where(port => table(Tcp(port, Ack)) != homes[port]).ToList();
        Assert.NotEmpty(moved);
        Assert.All(moved, port =>
        {
            Assert.Equal(homes[port], Mark(Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, port))));
            byte[] first = [.. Header(port, Ack), 1, 2, 3, 4];
            Assert.Equal(homes[port], Mark(Ip.V4().Fragment(port, 0, true).Carry(IpProtocol.Tcp, first)));
            Assert.Equal(homes[port], Mark(Ip.V4().Fragment(port, 3, false).Carry(IpProtocol.Tcp, new byte[8])));
        });
        var opened = Open(moved);
        Assert.Contains(Comes, opened.Values);
        Assert.All(moved, port => Assert.Equal(
            opened[port], Mark(Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, port)))));
    }

    [Fact]
    public void A_SYN_that_comes_again_at_once_stays_and_a_later_one_is_a_new_connection()
    {
        var before = Table();
        Open(Ports);
        Come();
        var opened = Open(Ports);
        Change(content => content.With(4, null).With(5, new SlotTarget(new FirewallMark(105))));
        var table = Table();
        var there = Ports.Where(port => opened[port] != Comes && before(Tcp(port, Syn)) != opened[port]
            && table(Tcp(port, Syn)) != opened[port]).ToList();
        Assert.NotEmpty(there);
        Assert.All(there, port => Assert.Equal(opened[port], Mark(Tcp(port, Syn))));
        _now += DrainingTable.RepetitionNanoseconds;
        StartBatch();
        Assert.All(there, port => Assert.Equal(table(Tcp(port, Syn)), Mark(Tcp(port, Syn))));
    }

    [Fact]
    public void Udp_without_an_opening_stays_or_moves_as_asked()
    {
        var homes = Ports.ToDictionary(port => port, port => Mark(Ip.V4().Udp(port, 53)));
        Come();
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Ip.V4().Udp(port, 53))));

        var moving = Draining(new ConnectionTable(new DrainOptions { MovesUdp = true, Clock = () => _now }));
        moving["all"].Segment.Publish(_balancer["all"].Segment.ReadContent());
        Assert.All(Ports, port => Assert.Equal(Table()(Ip.V4().Udp(port, 53)), moving.Mark(Ip.V4().Udp(port, 53))));
    }

    [Fact]
    public void A_multi_homed_association_is_one_connection_by_all_its_paths()
    {
        byte[] Chunk(string source, ushort port, byte type) =>
            Ip.V4(source).Carry(IpProtocol.Sctp, [.. Transport.Sctp(port, 80), type, 0, 0, 4]);
        Come();
        Mark(Tcp(1, Ack));
        Change(content => content.With(0, content.Slots[0]!.Value with { Weight = 9 }));
        foreach (ushort port in Ports)
        {
            int? home = Mark(Chunk("10.0.0.1", port, 1));
            Assert.Equal(home, Mark(Chunk("10.0.0.1", port, 0)));
            Assert.Equal(home, Mark(Chunk("10.9.0.1", port, 4)));
        }
    }

    [Fact]
    public void Both_directions_are_one_connection_where_both_are_balanced()
    {
        var balancer = new Balancer(new() { Clock = () => _now }, connections: _connections)
            .Pool("all", 100, 101, 102, 103)
            .Flow(new() { Name = "all", Target = "all", Hash = "5-tuple,symmetric" });
        balancer.Pool("all", 100, 101, 102, 103, Comes);
        foreach (ushort port in Ports)
        {
            int? home = balancer.Mark(Tcp(port, Syn));
            Assert.Equal(home, balancer.Mark(Ip.AnswerV4().Carry(IpProtocol.Tcp, Header(80, Syn | Ack, port))));
        }
    }

    [Fact]
    public void Memory_of_the_same_shape_goes_on_and_of_another_shape_begins_anew()
    {
        var homes = Open(Ports);
        var content = _balancer["all"].Segment.ReadContent();
        var larger = PoolSegment.Format(new byte[PoolSegment.BytesFor(Size)], Size, ownMark: 0);
        larger.Publish(content.With(4, new SlotTarget(new FirewallMark(Comes))));
        _balancer["all"].Segment = larger;
        Assert.All(Ports, port => Assert.Equal(homes[port], Mark(Tcp(port, Ack))));

        var size = new PoolSize(103, 10);
        _balancer["all"].Segment = Pools.Of(size, 200, 201);
        Assert.All(Ports, port => Assert.Equal(Table()(Tcp(port, Ack)), Mark(Tcp(port, Ack))));
    }

    [Fact]
    public void A_packet_of_an_entry_that_drains_allocates_nothing()
    {
        Open(Ports);
        Come();
        Mark(Tcp(1, Ack));
        byte[][] packets = [.. Ports.SelectMany(port => (byte[][])[Tcp(port, Syn), Tcp(port, Ack)])];
        Assert.Equal(0, Allocation.BytesPerRun(() =>
        {
            foreach (byte[] packet in packets)
            {
                _balancer.Classifiers[0].Classify(packet);
            }
        }));
        Assert.NotEqual(0, _connections.ReadStatistics().Remembered);
    }

    private static byte[] Tcp(ushort port, byte flags) => Ip.V4().Carry(IpProtocol.Tcp, Header(port, flags));

    private static byte[] Header(ushort source, int flags, ushort destination = 80)
    {
        byte[] header = Transport.Tcp(source, destination);
        header[13] = (byte)flags;
        return header;
    }

    private Balancer Draining(ConnectionTable connections) =>
        new Balancer(new() { Clock = () => _now }, connections: connections)
            .Pool("all", 100, 101, 102, 103)
            .Flow(new() { Name = "all", Target = "all" });

    /// <summary>Sends a SYN of each.</summary>
    private Dictionary<ushort, int?> Open(IEnumerable<ushort> ports) =>
        ports.ToDictionary(port => port, port => Mark(Tcp(port, Syn)));

    private int? Mark(byte[] packet) => _balancer.Mark(packet);

    private void StartBatch() => _balancer.StartBatch();

    private void Come() => Change(content => content.With(4, new SlotTarget(new FirewallMark(Comes))));

    private void Change(Func<PoolContent, PoolContent> change)
    {
        var segment = _balancer["all"].Segment;
        segment.Publish(change(segment.ReadContent()));
    }

    /// <summary>What the table as it is now says of a packet.</summary>
    private Func<byte[], int?> Table()
    {
        var segment = _balancer["all"].Segment;
        var copy = segment.CopyTable();
        return bytes =>
        {
            Packet.TryParse(bytes, out var packet);
            uint hash = segment.HashOf(HashMode.SctpPorts, packet.Key);
            return copy.MarkOf(copy.Entries[(int)(hash % (uint)copy.Size)]);
        };
    }
}
