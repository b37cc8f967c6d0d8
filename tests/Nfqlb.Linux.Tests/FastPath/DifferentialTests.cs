using System.Globalization;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Linux.Interop;
using Nfqlb.Packets;
using Nfqlb.Tests.Flows.Index;
using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Support;
using Xunit.Abstractions;

namespace Nfqlb.Linux.Tests.FastPath;

/// <summary>What the program in the kernel decides is what the classifier decides: a million packets, or as many as
/// FAST_PATH_PACKETS says.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private static readonly FrameKind[] Kinds = Enum.GetValues<FrameKind>();

    /// <summary>These the kernel decides nearly all of; the others have conditions that it leaves to user space.
    /// </summary>
    private static readonly string[] Ordinary =
    [
        "a VIP each", "a VIP and a port each", "overlapping port ranges on one VIP", "identical but for their priority",
    ];

    public static TheoryData<string> Shapes => [.. Shape.All.Append(Shape.Wide).Select(shape => shape.Name)];

    private static int PacketsOfShape { get; } = int.Parse(
        Environment.GetEnvironmentVariable("FAST_PATH_PACKETS") is { Length: > 0 } text ? text : "1000000",
        CultureInfo.InvariantCulture) / (Shape.All.Length + 1) + 1;

    [KernelTheory, MemberData(nameof(Shapes))]
    public void Both_paths_decide_the_same(string shape) => Seeded.Run(random =>
    {
        using var paths = new TwoPaths(random.Next(2) == 0 ? HashMode.SctpPorts : HashMode.Tuple);
        int[] sizes = shape == Shape.Wide.Name ? [1, 5, 20] : [1, 3, 10, 40, 200, 1_000, 10_000];
        var frame = new Frame();
        foreach (int size in sizes)
        {
            var flows = Shape.Of(shape).Flows(random, size);
            var vips = VipsNear(flows, random, isWhole: Ordinary.Contains(shape));
            paths.Fill(flows, vips);
            for (int i = 0; i < PacketsOfShape / sizes.Length; i++)
            {
                if (i % 1_000 == 500)
                {
                    paths.ChangePool(random);
                }
                var packet = OfOneFamily(PlainPacket.Near(flows[random.Next(flows.Length)], random));
                var kind = random.Next(3) > 0 ? FrameKind.Ordinary : Kinds[random.Next(Kinds.Length)];
                paths.Compare(frame.Of(packet, kind), kind, random.Next(4) == 0 ? random.Next(2, 50) : 0);
            }
            paths.AssertCounts();
        }
        output.WriteLine($"{shape}: {paths.Tally}");
        long draining = paths.Tables.OutcomesOf(link: 0, FastPathLayout.FASTPATH_LEFT_DRAINING);
        Assert.Equal(paths.Tally.Decided > 0, draining > 0);
    });

    [KernelTheory, MemberData(nameof(OrdinaryShapes))]
    public void Of_ordinary_packets_the_kernel_decides_99_of_100(string shape) => Seeded.Run(random =>
    {
        using var paths = new TwoPaths();
        var frame = new Frame();
        foreach (int size in (int[])[1, 10, 10_000])
        {
            var flows = Shape.Of(shape).Flows(random, size);
            paths.Fill(flows, VipsNear(flows, random, isWhole: true));
            for (int i = 0; i < 5_000; i++)
            {
                var packet = OfOneFamily(PlainPacket.Near(flows[random.Next(flows.Length)], random));
                if (packet.Kind == PacketKind.Ports)
                {
                    paths.Compare(frame.Of(packet, FrameKind.Ordinary));
                }
            }
        }
        output.WriteLine($"{shape}: {paths.Tally}");
        Assert.InRange(paths.Tally.Decided, paths.Tally.ToTarget * 0.99, paths.Tally.ToTarget);
        Assert.InRange(paths.Tally.ToTarget, 1_000, long.MaxValue);
    });

    public static TheoryData<string> OrdinaryShapes => [.. Ordinary];

    [KernelFact]
    public void Every_packet_of_the_tables_cut_at_each_length() => Seeded.Run(random =>
    {
        using var paths = new TwoPaths();
        PlainFlow[] flows =
        [
            new() { Name = "any", Priority = 1 },
            new() { Name = "tcp", Priority = 2, Protocols = [PlainPacket.Tcp], DestinationPorts = [(80, 443)] },
        ];
        Cidr.TryParse("0.0.0.0/0", out var ipv4, out _);
        Cidr.TryParse("::/0", out var ipv6, out _);
        paths.Fill(flows, [ipv4, ipv6]);
        var frame = new Frame();
        foreach (var row in PacketCase.All)
        {
            for (int length = 0; length <= row.Bytes.Length; length++)
            {
                try
                {
                    paths.Compare(frame.Of(row.Bytes.AsSpan(0, length)));
                }
                catch (SystemCallException e) when (e.Errno == LibC.EINVAL && length < 40)
                {
                    // The kernel does not run a program on so short an IP packet.
                    continue;
                }
            }
        }
        output.WriteLine($"{paths.Tally}");
        Assert.InRange(paths.Tally.Decided, 100, paths.Tally.All);
    });

    [KernelTheory]
    [InlineData("forgets-source-ports")]
    [InlineData("forgets-ports")]
    [InlineData("shifts-hash")]
    [InlineData("ignores-rank")]
    public void A_program_with_one_thing_wrong_is_seen(string mutant) => Seeded.Run(random =>
    {
        using var paths = new TwoPaths(program: TwoPaths.Built(mutant));
        PlainFlow[] flows =
        [
            new() { Name = "web", Priority = 3, DestinationPorts = [(80, 80)], SourcePorts = [(1_000, 2_000)] },
            new() { Name = "most", Priority = 2, DestinationPorts = [(1, 40_000)], SourcePorts = [(1, 50_000)] },
            new() { Name = "all", Protocols = [PlainPacket.Tcp], Priority = 1 },
            new() { Name = "dns", Protocols = [PlainPacket.Udp], Priority = 4, DestinationPorts = [(53, 60)] },
        ];
        flows = [.. flows.Select(flow => flow with { Destinations = [PlainBlock.AroundV4(0x1400_0001, 32)] })];
        paths.Fill(flows, [flows[0].Destinations[0].ToCidr()]);
        var frame = new Frame();
        Assert.ThrowsAny<Exception>(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                var packet = OfOneFamily(PlainPacket.Near(flows[random.Next(flows.Length)], random));
                paths.Compare(frame.Of(packet, FrameKind.Ordinary));
            }
            paths.AssertCounts();
        });
    });

    private static PlainPacket OfOneFamily(PlainPacket packet) =>
        PlainBlock.AddressOf(packet.Destination).IsIpv4 == PlainBlock.AddressOf(packet.Source).IsIpv4 ? packet
        : PlainBlock.AddressOf(packet.Destination).IsIpv4
            ? packet with { Source = PlainBlock.V4((uint)packet.Source) }
            : packet with { Source = packet.Source | UInt128.One << 125 };

    private static Cidr[] VipsNear(PlainFlow[] flows, Random random, bool isWhole)
    {
        if (isWhole)
        {
            return [.. flows.SelectMany(flow => flow.Destinations).Select(block => block.ToCidr()).Distinct()];
        }
        return
        [
            .. Enumerable.Range(0, Math.Min(500, flows.Length * 2)).Select(_ =>
            {
                var flow = flows[random.Next(flows.Length)];
                var block = flow.Destinations is [] ? PlainBlock.AroundV4(0x1400_0001, 32)
                    : flow.Destinations[random.Next(flow.Destinations.Length)];
                int length = random.Next(5) == 0 ? Math.Max(0, block.Length - random.Next(5)) : 128;
                return PlainBlock.Around(block.AddressNear(random), length).ToCidr();
            }),
        ];
    }
}
