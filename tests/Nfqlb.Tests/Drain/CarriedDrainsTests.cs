using FsCheck.Fluent;
using Nfqlb.Carried;
using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Tests.Maglev;
using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Drain;

/// <summary>A balancer that takes over keeps the connections that the one before kept.</summary>
public class CarriedDrainsTests
{
    [Fact]
    public void The_next_balancer_sends_packets_where_the_one_before_would_have() =>
        Seeded.ForAll(DrainHistoryTests.Histories(), history =>
        {
            var run = new DrainRun(movesUdp: false);
            foreach (var (number, step) in history.Index())
            {
                run.Take(step); // and the plain model, which knows no takeover, says where packets go
                if (number % 40 == 39)
                {
                    run.TakeOver();
                }
            }
        }, count: 100);

    [Fact]
    public void What_is_torn_or_of_something_else_is_refused() => Seeded.Run(random =>
    {
        byte[] written = Written();
        Read(written);
        for (int length = 0; length < written.Length; length += random.Next(1, 50))
        {
            byte[] torn = written[..length];
            Assert.Throws<CarriedException>(() => Read(torn));
        }
        for (int i = 0; i < 300; i++)
        {
            byte[] wrong = [.. written];
            wrong[random.Next(wrong.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Read(wrong);
            }
            catch (CarriedException)
            {
                // It could be told; what could not is another table, or another connection.
            }
        }
    });

    [Fact]
    public void A_pool_of_another_size_and_one_that_did_not_drain_begin_with_their_tables()
    {
        var carried = Read(Written());
        Assert.Equal(1, carried.Count);
        Assert.NotNull(carried.Find("p", 101));
        Assert.Null(carried.Find("p", 103));
        Assert.Null(carried.Find("q", 101));
    }

    [Fact]
    public void Counts_go_on_and_the_smaller_memory_keeps_the_newest()
    {
        var old = Connections(1_000);
        var draining = Draining(old);
        for (ushort port = 1; port <= 600; port++)
        {
            old.Remember(Key(draining.Number, port), new KeptTarget(0, 100, port));
        }
        var writer = new CarriedWriter();
        CarriedDrains.Write(writer, [draining], old, now: 1_000);
        var next = Connections(50);
        var reader = new CarriedReader(writer.Written);
        var carried = CarriedDrains.Read(ref reader, now: 5_000);
        Assert.True(reader.IsAtEnd);
        carried.GiveConnections("p", 77, next);
        carried.GiveStatistics(next);
        Assert.Equal(
            new ConnectionStatistics { Connections = 50, Remembered = 600, Evicted = 550 }, next.ReadStatistics());
        int found = Enumerable.Range(1, 600).Count(port => next.TryFind(
            Key(77, (ushort)port), default, out var target) && target == new KeptTarget(0, 100, port + 4_000));
        Assert.Equal(50, found);
    }

    private static ConnectionTable Connections(int count) =>
        new(new DrainOptions { Connections = count, Clock = () => 1 });

    private static ConnectionKey Key(int pool, ushort port) =>
        new(pool, new(default, default, Nfqlb.Packets.IpProtocol.Tcp, port, 80));

    private static DrainingPool Draining(ConnectionTable connections)
    {
        var size = new PoolSize(101, 4);
        var pool = new TargetPool(new PoolName("p"), Pools.Of(size, 100, 101), 1, connections);
        pool.Segment.Publish(Pools.Slots(size, 100, 101, 102));
        return pool.Draining!.Value;
    }

    private static byte[] Written()
    {
        var connections = Connections(100);
        var draining = Draining(connections);
        connections.Remember(Key(draining.Number, 7), new KeptTarget(2, 102, 1));
        var writer = new CarriedWriter();
        CarriedDrains.Write(writer, [draining], connections, now: 2);
        return [.. writer.Written];
    }

    private static CarriedDrains Read(byte[] bytes)
    {
        var reader = new CarriedReader(bytes);
        return CarriedDrains.Read(ref reader, now: 3);
    }
}
