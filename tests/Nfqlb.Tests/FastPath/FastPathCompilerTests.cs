using System.Diagnostics;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Maglev;
using Nfqlb.Tests.Flows;
using Nfqlb.Tests.Flows.Index;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Tests.FastPath;

/// <summary>What the compiler makes of flows names the flow that they name, or nobody.</summary>
public class FastPathCompilerTests(ITestOutputHelper output)
{
    private const int Packets = 400;

    private readonly byte[] _bytes = PlainPacket.NewBytes();

    public static TheoryData<string, int> Cases => CasesOf([1, 2, 5, 20, 300, 10_000]);

    public static TheoryData<string, int> SmallCases => CasesOf([2, 20, 300]);

    [Theory, MemberData(nameof(Cases))]
    public void It_names_the_flow_that_the_set_names_or_nobody(string shape, int count) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, count);
        var table = Table(flows);
        var compiler = new FastPathCompiler(new AnyPlace());
        var vips = VipsNear(flows, random);
        compiler.Compile(table.Current, vips); // the first time costs more
        var clock = Stopwatch.StartNew();
        var image = compiler.Compile(table.Current, vips);
        var time = clock.Elapsed;
        var (decided, accepted) = Compare(table.Current, image, flows, vips, random);
        output.WriteLine(
            $"{shape}, {count} flows: {decided} of {accepted} accepted packets decided, "
            + $"{image.Destinations} destinations, {image.LeftOut} VIPs left out, {image.Words.Length / 256} KiB, "
            + $"{time.TotalMilliseconds:f1} ms");
    });

    /// <summary>One that the kernel is made for.</summary>
    [Theory]
    [InlineData("a VIP each")]
    [InlineData("a VIP and a port each")]
    [InlineData("overlapping port ranges on one VIP")]
    [InlineData("identical but for their priority")]
    public void Of_ordinary_flows_it_knows_all(string shape) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, 10_000);
        var table = Table(flows);
        Cidr[] vips = [.. flows.SelectMany(flow => flow.Destinations).Select(block => block.ToCidr()).Distinct()];
        var image = new FastPathCompiler(new AnyPlace()).Compile(table.Current, vips);
        var (decided, accepted) = Compare(table.Current, image, flows, vips, random);
        Assert.Equal(0, image.LeftOut);
        Assert.InRange(decided, accepted * 0.99, accepted);
    });

    /// <summary>Flows that have no room are asked for in user space, and nobody else is taken for them.</summary>
    [Theory, MemberData(nameof(SmallCases))]
    public void Where_there_is_no_room_nobody_is_named(string shape, int count) => Seeded.Run(random =>
    {
        var flows = Shape.Of(shape).Flows(random, count);
        var table = Table(flows);
        var places = new AnyPlace { HasRoomFor = number => number % 3 > 0 };
        var vips = VipsNear(flows, random);
        var image = new FastPathCompiler(places).Compile(table.Current, vips);
        Compare(table.Current, image, flows, vips, random);
    });

    [Fact]
    public void After_each_change_it_names_what_the_set_names() => Seeded.Run(random =>
    {
        var table = new FlowTable(workers: 1);
        var compiler = new FastPathCompiler(new AnyPlace());
        var shape = Shape.Of("a little of everything");
        var flows = new Dictionary<string, PlainFlow>();
        var pool = NamedPools.Of("lb");
        for (int step = 0; step < 400; step++)
        {
            var flow = shape.Make(random, random.Next(60)) with { UdpEncapsulationPort = null };
            if (random.Next(3) == 0)
            {
                table.Delete(new FlowName(flow.Name));
                flows.Remove(flow.Name);
            }
            else
            {
                table.Set(flow.ToFlow(), pool);
                flows[flow.Name] = flow;
            }
            if (flows.Count > 0)
            {
                PlainFlow[] all = [.. flows.Values];
                var vips = VipsNear(all, random);
                Compare(table.Current, compiler.Compile(table.Current, vips), all, vips, random, packets: 40);
            }
        }
    });

    /// <summary>The control: the comparison sees a compiler that forgets a flow, or that one goes first.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void A_compiler_that_forgets_a_flow_or_its_rank_is_seen(bool isForgotten) => Seeded.Run(random =>
    {
        var first = new PlainFlow
        {
            Name = "first",
            Priority = 9,
            Protocols = [PlainPacket.Tcp],
            Destinations = [PlainBlock.AroundV4(0x1400_0001, 32)],
            DestinationPorts = [(1_000, 50_000)],
            SourcePorts = [(1, 40_000)],
        };
        PlainFlow[] flows = [first, .. Shape.Of("overlapping port ranges on one VIP").Flows(random, 100)];
        var table = Table(flows);
        var entry = table.Current.Entries[0];
        var wrong = table.Current.Without(entry);
        if (!isForgotten)
        {
            wrong = wrong.With(entry with { Flow = (first with { Priority = 0 }).ToFlow(), Definition = 1_000_000 });
        }
        Cidr[] vips = [first.Destinations[0].ToCidr()];
        var right = new FastPathCompiler(new AnyPlace()).Compile(table.Current, vips);
        Compare(table.Current, right, [first], vips, random);
        var image = new FastPathCompiler(new AnyPlace()).Compile(wrong, vips);
        Assert.ThrowsAny<Exception>(() => Compare(table.Current, image, [first], vips, random));
    });

    [Fact]
    public void Nobody_is_known_without_virtual_IPs()
    {
        PlainFlow[] flows = [new() { Name = "all", Protocols = [PlainPacket.Tcp] }];
        var image = new FastPathCompiler(new AnyPlace()).Compile(Table(flows).Current, []);
        Assert.Equal(0, image.Destinations);
        Assert.Null(new PlainImage(image.Words).FlowOf(
            new PlainPacket(PacketKind.Ports, PlainPacket.Tcp, 1, 2, 3, 4, 5)));
    }

    private static TheoryData<string, int> CasesOf(int[] counts)
    {
        var cases = new TheoryData<string, int> { { Shape.Wide.Name, 5 }, { Shape.Wide.Name, 60 } };
        foreach (var shape in Shape.All)
        {
            Array.ForEach(counts, count => cases.Add(shape.Name, count));
        }
        return cases;
    }

    private static FlowTable Table(PlainFlow[] flows)
    {
        var table = new FlowTable(workers: 1);
        var pool = NamedPools.Of("lb");
        table.Fill([.. flows.Select(flow => (flow.ToFlow(), (TargetPool?)pool))]);
        return table;
    }

    /// <summary>Hosts and blocks, in which flows' destinations often are, and which often are in those.</summary>
    private static Cidr[] VipsNear(PlainFlow[] flows, Random random)
    {
        int count = Math.Min(3_000, flows.Length * 2);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
            {
                var flow = flows[random.Next(flows.Length)];
                var block = flow.Destinations is [] ? PlainBlock.AroundV4(0x1400_0001, 32)
                    : flow.Destinations[random.Next(flow.Destinations.Length)];
                int length = random.Next(5) == 0 ? Math.Max(0, block.Length - random.Next(5)) : 128;
                return PlainBlock.Around(block.AddressNear(random), length).ToCidr();
            }),
        ];
    }

    private (int Decided, int Accepted) Compare(
        FlowSet set, FastPathImage image, PlainFlow[] flows, Cidr[] vips, Random random, int packets = Packets)
    {
        var plain = new PlainImage(image.Words);
        int decided = 0;
        int accepted = 0;
        for (int i = 0; i < packets; i++)
        {
            var packet = OfOneFamily(PlainPacket.Near(flows[random.Next(flows.Length)], random));
            if (packet.Kind != PacketKind.Ports)
            {
                continue;
            }
            bool isFound = set.TryFind(packet.ToPacket(_bytes), _bytes, isPromiscuousPing: false, out var match);
            accepted += isFound ? 1 : 0;
            if (plain.FlowOf(packet) is not { } number)
            {
                continue;
            }
            Assert.True(isFound, $"{packet} is of no flow");
            Assert.Equal(match.Counter.Number, number);
            Assert.Contains(vips, vip => vip.Contains(PlainBlock.AddressOf(packet.Destination)));
            decided++;
        }
        return (decided, accepted);
    }

    /// <summary>The program decides no IPv6 packet for an IPv4 address.</summary>
    private static PlainPacket OfOneFamily(PlainPacket packet) => PlainBlock.AddressOf(packet.Destination).IsIpv4
        && !PlainBlock.AddressOf(packet.Source).IsIpv4
            ? packet with { Source = PlainBlock.V4((uint)packet.Source) }
            : packet;
}
