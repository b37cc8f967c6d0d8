using System.Diagnostics;
using Nfqlb.Flows;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Tests.Flows.Index;

/// <summary>What 10,000 flows cost. Times and bytes are reported; the bounds are ratios, and only catch what has gone
/// wrong by a large factor, as the machine may be busy.</summary>
[Collection(Measurements.Name)]
public class CostTests(ITestOutputHelper output)
{
    private const int Many = 10_000;
    private const int Few = 100;
    private const int Packets = 1_000;

    /// <summary>A scan takes about a hundred times as long for a hundred times as many flows.</summary>
    private const double MostRatio = 20;

    /// <summary>And not a hundred, for ten times as many.</summary>
    private const double MostRatioOfChanges = 40;

    private const int Changes = 500;

    /// <summary>Of a heap that does not come to rest.</summary>
    private const int MostTries = 10;

    public static TheoryData<string> Indexed => [.. Shape.Indexed.Select(shape => shape.Name)];

    public static TheoryData<string> All => [.. Shape.All.Select(shape => shape.Name)];

    /// <summary>With what a flow may take, in bytes: it itself, its entry, and its places in the index.</summary>
    public static TheoryData<string, int> Memory => new()
    {
        { "a VIP each", 1_000 },
        { "a VIP and a port each", 1_000 },
        { "overlapping port ranges on one VIP", 4_000 },
        { "one VIP and port, different sources", 2_000 },
        { "nested prefixes of equal priority", 2_000 },
        { "identical but for their priority", 1_000 },
        { "any destination among VIPs", 3_000 },
        { "a little of everything", 8_000 },
        { "different source ports alone", 2_000 },
        { "different byte matches alone", 1_000 },
    };

    [Theory, MemberData(nameof(Indexed))]
    public void A_look_up_costs_about_the_same_for_a_hundred_times_as_many_flows(string shape) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, Many);
        var few = Table(flows[..Few]).Current;
        var many = Table(flows).Current;
        var packets = PacketsNear(flows[..Few], random);
        byte[] bytes = PlainPacket.NewBytes();
        var (ofFew, ofMany) = LeastTimes(() => FindAll(few, packets, bytes), () => FindAll(many, packets, bytes));
        output.WriteLine($"{shape}: {PerPacket(ofFew)} ns with {Few} flows, {PerPacket(ofMany)} ns with {Many}");
        Assert.InRange(ofMany / ofFew, 0, MostRatio);
    });

    [Fact]
    public void A_scan_would_not_pass() => Seeded.Run(random =>
    {
        var flows = Shape.Indexed[0].Flows(random, Many);
        var packets = PacketsNear(flows[^Few..], random)[..(Packets / 10)];
        var (ofFew, ofMany) = LeastTimes(() => ScanAll(flows[^Few..], packets), () => ScanAll(flows, packets));
        Assert.InRange(ofMany / ofFew, MostRatio, double.MaxValue);
    });

    [Theory, MemberData(nameof(All))]
    public void Finding_allocates_nothing(string shape) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, Many);
        var set = Table(flows).Current;
        var packets = PacketsNear(flows, random)[..(Packets / 5)];
        byte[] bytes = PlainPacket.NewBytes();
        Assert.Equal(0, Allocation.BytesPerRun(() => FindAll(set, packets, bytes)));
    });

    /// <summary>A change takes at most time in proportion to the flows, which is ten times as long.</summary>
    [Theory, MemberData(nameof(All))]
    public void A_change_takes_time_in_proportion_to_the_flows_at_most(string shape) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, Many + Changes);
        var (setsAmongFew, deletesAmongFew) = ChangeTimes(flows[(Many - Many / 10)..], shape);
        var (setsAmongMany, deletesAmongMany) = ChangeTimes(flows, shape);
        Assert.InRange(setsAmongMany / setsAmongFew, 0, MostRatioOfChanges);
        Assert.InRange(deletesAmongMany / deletesAmongFew, 0, MostRatioOfChanges);
    });

    [Theory, MemberData(nameof(Memory))]
    public void A_flow_takes_little_memory(string shape, int mostBytes) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, Many).Select(flow => flow.ToFlow()).ToArray();
        var pool = NamedPools.Of("lb");
        long before = SettledMemory();
        var table = new FlowTable(workers: 1);
        foreach (var flow in flows)
        {
            table.Set(flow, pool);
        }
        long bytes = (SettledMemory() - before) / Many;
        GC.KeepAlive(table);
        GC.KeepAlive(flows);
        output.WriteLine($"{shape}: {bytes} bytes a flow in the table");
        Assert.InRange(bytes, 1, mostBytes);
    });

    /// <summary>What tests before this one have left may come free late, and would be taken off.</summary>
    private static long SettledMemory()
    {
        long last = 0;
        for (int tries = 0; tries < MostTries; tries++)
        {
            long now = GC.GetTotalMemory(forceFullCollection: true);
            if (Math.Abs(now - last) < Many) // a byte per flow
            {
                return now;
            }
            last = now;
            Thread.Sleep(20);
        }
        return last;
    }

    /// <summary>How long it takes to set one of the last flows beside all others, and to delete one of the first, in
    /// milliseconds.</summary>
    private (double Sets, double Deletes) ChangeTimes(PlainFlow[] flows, string shape)
    {
        var pool = NamedPools.Of("lb");
        var table = Table(flows[..^Changes]);
        var added = flows[^Changes..].Select(flow => flow.ToFlow()).ToArray();
        var deleted = flows[..Changes].Select(flow => new FlowName(flow.Name)).ToArray();
        var sets = Milliseconds(added, flow => Assert.True(table.Set(flow, pool)));
        var deletes = Milliseconds(deleted, name => Assert.True(table.Delete(name)));
        output.WriteLine(
            $"{shape}, {flows.Length - Changes} flows: set {Text(sets)}; delete {Text(deletes)}");
        return (Typical(sets), Typical(deletes));
    }

    private static FlowTable Table(PlainFlow[] flows)
    {
        var table = new FlowTable(workers: 1);
        var pool = NamedPools.Of("lb");
        foreach (var flow in flows)
        {
            table.Set(flow.ToFlow(), pool);
        }
        return table;
    }

    private static PlainPacket[] PacketsNear(PlainFlow[] flows, Random random) =>
        [.. Enumerable.Range(0, Packets).Select(_ => PlainPacket.Near(flows[random.Next(flows.Length)], random))];

    private static void FindAll(FlowSet flows, PlainPacket[] packets, byte[] bytes)
    {
        foreach (ref readonly var packet in packets.AsSpan())
        {
            PlainTable.Find(flows, packet, isPromiscuousPing: true, bytes);
        }
    }

    private static void ScanAll(PlainFlow[] flows, PlainPacket[] packets)
    {
        foreach (ref readonly var packet in packets.AsSpan())
        {
            PlainTable.Find(flows, packet, isPromiscuousPing: true);
        }
    }

    /// <summary>In turn, so that a busy moment of the machine meets both.</summary>
    private static (double One, double Other) LeastTimes(Action one, Action other)
    {
        const int Runs = 15;
        var (leastOfOne, leastOfOther) = (double.MaxValue, double.MaxValue);
        for (int run = 0; run < Runs; run++)
        {
            leastOfOne = Math.Min(leastOfOne, Milliseconds(one));
            leastOfOther = Math.Min(leastOfOther, Milliseconds(other));
        }
        return (leastOfOne, leastOfOther);
    }

    private static double Milliseconds(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double[] Milliseconds<T>(T[] items, Action<T> run) =>
        [.. items.Select(item => Milliseconds(() => run(item))).Order()];

    /// <summary>The mean of the quickest nine tenths: the others wait for a collection. A median would be one of those
    /// that move many flows, or of those that move few, where there are as many of each.</summary>
    private static double Typical(double[] sorted) => sorted[..(sorted.Length * 9 / 10)].Average();

    private static string Text(double[] sorted) => $"{Typical(sorted):f3} ms, {sorted[^1]:f3} ms at most";

    private static string PerPacket(double milliseconds) => $"{milliseconds * 1e6 / Packets:f0}";
}
