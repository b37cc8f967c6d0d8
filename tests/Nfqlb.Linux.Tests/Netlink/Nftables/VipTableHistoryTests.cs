using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nfqlb.Flows;
using Nfqlb.Linux.Netlink.Nftables;
using Nfqlb.Packets;
using static Nfqlb.Linux.Tests.Netlink.Nftables.Vips;

namespace Nfqlb.Linux.Tests.Netlink.Nftables;

/// <summary>Many changes, many prefixes, many at once, and real packets to tell what the kernel made of them.</summary>
public sealed class VipTableHistoryTests
{
    /// <summary>A packet to each of 256 addresses after each change: the rule takes those of the prefixes.</summary>
    [KernelFact]
    public void After_any_change_just_the_packets_for_the_prefixes_are_taken() => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Ip("link set lo up");
        using var table = VipTable.Open();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var random = new Random(Seed);
        for (int change = 0; change < 60; change++)
        {
            var vips = VipSet.Of(Enumerable.Range(0, random.Next(10)).Select(_ => Inside("127.9.8.0/24", random)));
            table.Set(new NftablesState(vips, QueuesOf("0")));
            Assert.True(vips.Equals(table.Read().Vips), $"SEED={Seed}, change {change}: {string.Join(' ', vips)}");

            ulong before = Taken(table);
            foreach (int last in Enumerable.Range(0, 256))
            {
                sender.SendTo([1], new IPEndPoint(new IPAddress([127, 9, 8, (byte)last]), 9));
            }

            int expected = Enumerable.Range(0, 256)
                .Count(last => vips.Any(vip => vip.Contains(Address.FromIpv4(0x7f090800 + (uint)last))));
            Assert.True(
                expected == (int)(Taken(table) - before),
                $"SEED={Seed}, change {change}: {Taken(table) - before} of {expected} for {string.Join(' ', vips)}");
        }
    });

    /// <summary>At either end of the addresses intervals have no address before or behind them.</summary>
    [KernelFact]
    public void Histories_at_the_ends_of_both_families_are_read_back() => PrivateNetwork.Run(() =>
    {
        string[] ranges =
        [
            "0.0.0.0/24", "255.255.255.0/24", "::/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "2001:db8::/120",
        ];
        using var table = VipTable.Open();
        var random = new Random(Seed);
        for (int change = 0; change < 200; change++)
        {
            var prefixes = ranges.SelectMany(range =>
                Enumerable.Range(0, random.Next(6)).Select(_ => Inside(range, random)));
            var state = new NftablesState(
                VipSet.Of(random.Next(5) == 0 ? prefixes.Append(Prefix("0.0.0.0/0")).Append(Prefix("::/0")) : prefixes),
                QueuesOf($"{random.Next(3)}:{random.Next(3, 5)}") with { Bypass = random.Next(2) == 0 },
                WithoutConntrack: random.Next(2) == 0);
            table.Set(state);

            Assert.True(state == table.Read().State, $"SEED={Seed}, change {change}: {string.Join(' ', state.Vips)}");
            Assert.True(table.Set(state).IsEmpty, $"SEED={Seed}, change {change}");
        }
    });

    [KernelFact]
    public void Ten_thousand_prefixes() => PrivateNetwork.Run(() =>
    {
        var prefixes = Enumerable.Range(0, 5_000).SelectMany(i => (Cidr[])
        [
            Prefix($"10.{i >> 8}.{i & 255}.0/{i % 9 + 24}"),
            Prefix($"2001:db8:{i:x}::/{i % 16 + 48}"),
        ]);
        var state = new NftablesState(VipSet.Of(prefixes), QueuesOf("0:3"));
        using var table = VipTable.Open();
        table.Set(state);

        Assert.Equal(10_000, state.Vips.Count);
        Assert.Equal(state, table.Read().State);
        var less = state with { Vips = state.Vips.Except([Prefix("10.7.7.0/28")]).Union([Prefix("10.7.7.1/32")]) };
        Assert.InRange(table.Set(less).Lines.Count(), 1, 3);
        Assert.Equal(less, table.Read().State);
        Assert.True(table.Set(less).IsEmpty);
    });

    /// <summary>Each adds its own prefixes one by one, by reading and writing; none gets lost. All lie in one prefix,
    /// so each change cuts an element that another has made.</summary>
    [KernelFact]
    public void Several_at_once_do_not_undo_each_other() => PrivateNetwork.Run(() =>
    {
        const int writers = 3;
        const int each = 30;
        var all = Prefix("10.0.0.0/8");
        VipTable[] tables = [.. Enumerable.Range(0, writers).Select(_ => VipTable.Open())];
        Parallel.For(0, writers, new ParallelOptions { MaxDegreeOfParallelism = writers }, writer =>
        {
            for (int i = 0; i < each; i++)
            {
                var mine = Prefix($"10.{i}.{writer}.0/24");
                tables[writer].Change(reading => new NftablesState(
                    reading.Vips.Union([all, mine]), reading.Queue ?? QueuesOf("0:3")));
            }
        });

        Assert.Equal(1 + writers * each, tables[0].Read().Vips.Count);
        Array.ForEach(tables, table => table.Dispose());
    });

    /// <summary>Packets that no rule takes reach a socket. None does while all but that VIP changes.</summary>
    [KernelFact]
    public void A_VIP_that_stays_has_its_rule_at_every_moment() => PrivateNetwork.Run(() =>
    {
        PrivateNetwork.Ip("link set lo up");
        using var table = VipTable.Open();
        var state = State("127.9.8.7/32");
        table.Set(state);
        NftablesState[] others =
        [
            state with { Queue = QueuesOf("5") },
            state with { WithoutConntrack = true },
            state with { Vips = Set("127.9.8.0/24 127.9.8.7/32") },
            state with { Vips = Set("127.9.8.0/24") },
            state with { Vips = Set("127.9.8.6/31 10.0.0.0/8") },
            state,
        ];
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        target.Bind(new IPEndPoint(IPAddress.Parse("127.9.8.7"), 9));
        using var stop = new CancellationTokenSource();
        var sender = Send(target.LocalEndPoint!, stop.Token);

        for (int change = 0; change < 300; change++)
        {
            table.Set(others[change % others.Length]);
        }

        Assert.Equal(0, target.Available);

        // The control: with the table gone for a moment some do arrive.
        var patience = Stopwatch.StartNew();
        while (target.Available == 0 && patience.Elapsed < TimeSpan.FromSeconds(10))
        {
            table.Delete();
            table.Set(state);
        }

        stop.Cancel();
        sender.Join();
        Assert.NotEqual(0, target.Available);
    });

    private static Thread Send(EndPoint target, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var thread = new Thread(() =>
        {
            using (socket)
            {
                for (int sent = 0; sent < 5_000_000 && !stop.IsCancellationRequested; sent++)
                {
                    socket.SendTo([1], target);
                }
            }
        });
        thread.Start();
        return thread;
    }

    private static ulong Taken(VipTable table) =>
        table.Read().Listing.First(rule => rule is { Chain: "prerouting", Packets: not null }).Packets!.Value;
}
