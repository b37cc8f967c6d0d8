using Nfqlb.Tracing;

namespace Nfqlb.Tests.Tracing;

public class PacketRingTests
{
    [Fact]
    public void A_full_ring_leaves_packets_out_and_counts_them()
    {
        var ring = new PacketRing(capacity: 4, snapBytes: 2);
        for (byte i = 1; i <= 6; i++)
        {
            ring.Add(i, originalLength: 100 + i, default, [i, i, i]);
        }

        Assert.Equal(2, ring.Dropped);
        for (byte i = 1; i <= 4; i++)
        {
            Assert.True(ring.TryPeek(out var packet, out var bytes));
            Assert.Equal((i, 100 + i, 2), (packet.Nanoseconds, packet.OriginalLength, packet.Length));
            Assert.Equal([i, i], bytes.ToArray());
            ring.Release();
        }
        Assert.False(ring.TryPeek(out _, out _));
    }

    [Fact]
    public void Between_two_threads_every_packet_is_there_whole_and_in_order_or_counted()
    {
        const int packets = 300_000;
        var ring = new PacketRing(capacity: 64, snapBytes: 8);
        var worker = new Thread(() =>
        {
            for (long i = 1; i <= packets; i++)
            {
                ring.Add(i, 8, default, BitConverter.GetBytes(i));
            }
        });
        worker.Start();

        long seen = 0;
        long last = 0;
        while (true)
        {
            bool isOver = !worker.IsAlive;
            while (ring.TryPeek(out var packet, out var bytes))
            {
                Assert.True(packet.Nanoseconds > last, $"{packet.Nanoseconds} behind {last}");
                Assert.Equal(packet.Nanoseconds, BitConverter.ToInt64(bytes));
                last = packet.Nanoseconds;
                seen++;
                ring.Release();
            }
            if (isOver)
            {
                break;
            }
        }

        Assert.Equal(packets, seen + ring.Dropped);
        Assert.InRange(seen, 64, packets);
    }
}
