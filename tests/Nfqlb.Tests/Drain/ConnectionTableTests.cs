using FsCheck.Fluent;
using Nfqlb.Drain;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Drain;

/// <summary>What is remembered of connections, and who gives way.</summary>
public class ConnectionTableTests
{
    private const int Room = 60; // one shard: the order of all is known
    private const int MostEstablished = 45;

    [Fact]
    public void It_is_two_lists_that_are_searched_one_by_one() => Seeded.ForAll(
        (from what in Gen.Choose(0, 9) from port in Gen.Choose(1, 100) select (what, port)).ArrayOf(600), steps =>
        {
            var table = Table(Room);
            var plain = new PlainLists();
            long now = 0;
            foreach (var (what, port) in steps)
            {
                var connection = Connection(port);
                var target = new KeptTarget((ushort)port, port + 100, ++now);
                switch (what)
                {
                    case < 5:
                        table.Remember(connection, target);
                        plain.Remember(port, target);
                        break;
                    case 5:
                        table.Forget(connection);
                        plain.Forget(port);
                        break;
                    default:
                        var stage = what < 9 ? ConnectionStage.Open : ConnectionStage.Ends;
                        bool isFound = table.TryFind(connection, stage, out var found);
                        Assert.Equal(plain.Find(port, stage), isFound ? found : null);
                        break;
                }
                var statistics = table.ReadStatistics();
                Assert.Equal((plain.Count, plain.Evicted), (statistics.Connections, statistics.Evicted));
            }
        }, count: 100);

    [Fact]
    public void A_flood_of_openings_pushes_out_openings_alone()
    {
        var table = Table(8_192);
        for (int port = 1; port <= 1_000; port++)
        {
            Establish(table, port);
        }
        for (int port = 2_000; port < 60_000; port++)
        {
            table.Remember(Connection(port), new KeptTarget(2, 102, port));
        }
        Assert.All(Enumerable.Range(1, 1_000), port =>
            Assert.True(table.TryFind(Connection(port), ConnectionStage.Open, out _)));
    }

    [Fact]
    public void A_flood_of_whole_handshakes_pushes_out_the_oldest()
    {
        var table = Table(8_192);
        for (int port = 1; port < 60_000; port++)
        {
            Establish(table, port);
        }
        Assert.False(table.TryFind(Connection(1), ConnectionStage.Open, out _));
        Assert.True(table.TryFind(Connection(59_999), ConnectionStage.Open, out _));
        Assert.InRange(table.ReadStatistics().Connections, 6_000, 8_192);
    }

    [Fact]
    public void Pools_have_their_own_connections()
    {
        var table = Table(Room);
        var first = Connection(1) with { Pool = table.NumberPool() };
        table.Remember(first, new KeptTarget(1, 101, 1));
        Assert.True(table.TryFind(first, ConnectionStage.Open, out _));
        Assert.False(table.TryFind(first with { Pool = table.NumberPool() }, ConnectionStage.Open, out _));
    }

    [Fact]
    public void What_was_opened_before_a_time_can_be_forgotten()
    {
        var table = Table(1_000);
        for (int port = 1; port <= 500; port++)
        {
            table.Remember(Connection(port), new KeptTarget(1, 101, port));
        }
        table.ForgetOlder(301);
        Assert.Equal(200, table.ReadStatistics().Connections);
        Assert.False(table.TryFind(Connection(300), ConnectionStage.Open, out _));
        Assert.True(table.TryFind(Connection(301), ConnectionStage.Open, out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void There_is_room_for_as_many_as_asked_for_and_no_more(int room)
    {
        var table = Table(room);
        for (int port = 1; port <= 20_000; port++)
        {
            table.Remember(Connection(port), new KeptTarget(1, 101, port));
        }
        var statistics = table.ReadStatistics();
        Assert.Equal((room, 20_000, 20_000 - room),
            (statistics.Connections, statistics.Remembered, statistics.Evicted));
    }

    private static void Establish(ConnectionTable table, int port)
    {
        table.Remember(Connection(port), new KeptTarget(1, 101, port));
        Assert.True(table.TryFind(Connection(port), ConnectionStage.Open, out _));
    }

    private static ConnectionTable Table(int connections) =>
        new(new DrainOptions { Connections = connections, Seed = new HashSeed(1, 2), Clock = () => 0 });

    private static ConnectionKey Connection(int port) =>
        new(1, new PacketKey(default, default, IpProtocol.Tcp, (ushort)port, 80));

    /// <summary>The same as two plain lists, the oldest first.</summary>
    private sealed class PlainLists
    {
        private readonly List<(int Port, KeptTarget Target)> _dispensable = [], _established = [];

        public int Count => _dispensable.Count + _established.Count;

        public long Evicted { get; private set; }

        public void Remember(int port, KeptTarget target)
        {
            Forget(port);
            if (Count == Room)
            {
                (_dispensable.Count > 0 ? _dispensable : _established).RemoveAt(0);
                Evicted++;
            }
            _dispensable.Add((port, target));
        }

        public void Forget(int port)
        {
            _dispensable.RemoveAll(known => known.Port == port);
            _established.RemoveAll(known => known.Port == port);
        }

        public KeptTarget? Find(int port, ConnectionStage stage)
        {
            var list = _dispensable.Exists(known => known.Port == port) ? _dispensable : _established;
            int at = list.FindIndex(known => known.Port == port);
            if (at < 0)
            {
                return null;
            }
            var found = list[at];
            var due = stage == ConnectionStage.Open ? _established : _dispensable;
            if (due != list)
            {
                list.RemoveAt(at);
                due.Add(found);
            }
            if (_established.Count > MostEstablished)
            {
                _established.RemoveAt(0);
                Evicted++;
            }
            return found.Target;
        }
    }
}
