using Nfqlb.Drain;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Tests.Maglev;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Drain;

/// <summary>Workers that open connections and use those of each other while tables change.</summary>
public class DrainConcurrencyTests
{
    private const int Workers = 3;
    private const int Changes = 400;
    private static readonly PoolSize Size = new(251, 8);

    [Fact]
    public void No_connection_leaves_its_target_whichever_worker_gets_its_packets()
    {
        var segment = Pools.Of(Size, 100, 101, 102, 103, 104, 105);
        var connections = new ConnectionTable(new DrainOptions { Clock = () => Environment.TickCount64 });
        var pool = new TargetPool(new PoolName("p"), segment, Workers, connections);
        using var isOver = new CancellationTokenSource();
        var left = new List<string>[Workers];
        var workers = Enumerable.Range(0, Workers).Select(worker => new Thread(() =>
            left[worker] = Work(pool, worker, isOver.Token))).ToList();
        workers.ForEach(worker => worker.Start());
        for (int change = 0; change < Changes; change++)
        {
            // None is taken away, but all except one come and go by their weights.
            var content = segment.ReadContent();
            int slot = change % 5;
            var target = content.Slots[slot]!.Value;
            segment.Publish(content.With(slot, target with { Weight = (ushort)(change * 7 % 4) }));
            Thread.Sleep(1);
        }
        isOver.Cancel();
        workers.ForEach(worker => worker.Join());
        Assert.All(left, Assert.Empty);
        Assert.Equal(0, connections.ReadStatistics().Evicted);
        Assert.NotEqual(0, connections.ReadStatistics().Remembered);
    }

    /// <summary>Opens connections, each once, and goes on with all of its own for a while.</summary>
    private static List<string> Work(TargetPool pool, int worker, CancellationToken isOver)
    {
        var left = new List<string>();
        var homes = new List<(byte[] Packet, int Mark)>();
        for (int number = 0; number < 8_000 && !isOver.IsCancellationRequested; number++)
        {
            string client = $"10.{worker}.{number >> 8}.{number & 255}";
            homes.Add((Tcp(client, 0x10), Find(pool, Tcp(client, 0x02))));
            for (int i = 0; i < 20; i++)
            {
                var (packet, home) = homes[(number * 31 + i * 17) % homes.Count];
                int mark = Find(pool, packet);
                if (mark != home)
                {
                    left.Add($"connection {number} left {home} for {mark}");
                }
            }
            Thread.Yield();
        }
        return left;
    }

    private static int Find(TargetPool pool, byte[] bytes)
    {
        Packet.TryParse(bytes, out var packet);
        if (!pool.TryFind(HashMode.Tuple, default, packet.Key, out var target))
        {
            target = pool.Settle(HashMode.Tuple, default, packet, bytes, Environment.TickCount64);
        }
        return target.IsFound ? target.Mark.Value : -1;
    }

    private static byte[] Tcp(string client, byte flags)
    {
        byte[] header = Transport.Tcp(1_000, 80);
        header[13] = flags;
        return Ip.V4(client).Carry(IpProtocol.Tcp, header);
    }
}
