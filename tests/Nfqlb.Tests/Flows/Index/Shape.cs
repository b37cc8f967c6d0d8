namespace Nfqlb.Tests.Flows.Index;

/// <summary>What many flows have in common, made to be hard for an index in one way or another.</summary>
/// <param name="Name">For the test's name.</param>
/// <param name="Make">So many flows, named f0, f1, …</param>
internal sealed record Shape(string Name, Func<Random, int, PlainFlow> Make)
{
    /// <summary>20.0.0.1.</summary>
    public const uint Vip = 0x14000001;

    private static readonly UInt128 Vip6 = (UInt128)0x2001_0db8 << 96;
    private static readonly byte[][] ProtocolLists =
    [
        [], [PlainPacket.Tcp], [PlainPacket.Udp], [PlainPacket.Sctp], [PlainPacket.Tcp, PlainPacket.Udp],
    ];

    /// <summary>In all of these a look-up must not cost more for more flows.</summary>
    public static readonly Shape[] Indexed =
    [
        new("a VIP each", (_, i) => Named(i) with
        {
            Destinations =
                [i % 2 == 0 ? PlainBlock.AroundV4(Vip + (uint)i, 32) : PlainBlock.Around(Vip6 + (uint)i, 128)],
        }),
        new("a VIP each from all of IPv4", (random, i) => Named(i) with
        {
            Destinations = i % 100 == 0 ? [] : [PlainBlock.AroundV4(Vip + (uint)i, 32)],
            Sources = random.Next(8) == 0
                ? [PlainBlock.AroundV4(0, 0), PlainBlock.Around(Vip6, 128)]
                : [PlainBlock.AroundV4(0, 0)],
        }),
        new("a VIP and a port each", (_, i) => Named(i) with
        {
            Protocols = [PlainPacket.Tcp],
            Destinations = [PlainBlock.AroundV4(Vip + (uint)i, 32)],
            DestinationPorts = [(i % 65_535 + 1, i % 65_535 + 1)],
        }),
        new("overlapping port ranges on one VIP", (random, i) => Named(i) with
        {
            Priority = random.Next(3),
            Protocols = [PlainPacket.Tcp],
            Destinations = [PlainBlock.AroundV4(Vip, 32)],
            DestinationPorts = [AnyRange(random)],
        }),
        new("one VIP and port, different sources", (random, i) => Named(i) with
        {
            Priority = random.Next(2),
            Protocols = [PlainPacket.Tcp],
            Destinations = [PlainBlock.AroundV4(Vip, 32)],
            Sources = [PlainBlock.AroundV4((uint)i << 12, random.Next(20, 33))],
            DestinationPorts = [(80, 80)],
        }),
        new("nested prefixes of equal priority", (random, i) => Named(i) with
        {
            Protocols = [PlainPacket.Tcp], // As ::/0 would leave nothing to be missed.
            Destinations = [Nested(random)],
            Sources = random.Next(2) == 0 ? [] : [Nested(random)],
        }),
        new("identical but for their priority", (_, i) => Named(i) with
        {
            Priority = i,
            Protocols = [PlainPacket.Udp],
            Destinations = [PlainBlock.AroundV4(Vip, 32)],
            DestinationPorts = [(53, 53)],
        }),
        new("any destination among VIPs", (random, i) => Named(i) with
        {
            Priority = i % 10 == 0 ? 0 : random.Next(3),
            Protocols = Any(ProtocolLists, random),
            Destinations = i % 10 == 0 ? [] : [PlainBlock.AroundV4(Vip + (uint)random.Next(1_000), 32)],
            Sources = i % 10 == 0 ? [PlainBlock.AroundV4((uint)i << 16, 24)] : [],
            DestinationPorts = [(i % 3_000 + 1, i % 3_000 + random.Next(1, 20))],
        }),
    ];

    /// <summary>The index has no dimension for some conditions of these: such flows are tried one by one.</summary>
    public static readonly Shape[] Scanned =
    [
        new("a little of everything", Everything),
        new("different source ports alone", (random, i) => Named(i) with
        {
            Priority = random.Next(3),
            Destinations = [PlainBlock.AroundV4(Vip, 32)],
            SourcePorts = [(i * 6 % 65_000 + 1, i * 6 % 65_000 + random.Next(1, 9))],
        }),
        new("different byte matches alone", (_, i) => Named(i) with
        {
            Priority = i / 64,
            Protocols = [PlainPacket.Tcp],
            Destinations = [PlainBlock.AroundV4(Vip, 32)],
            Byte = (byte)i,
        }),
    ];

    /// <summary>So many conditions a flow that only some hundred flows make sense.</summary>
    public static readonly Shape Wide = new("32 destinations, sources and ranges each", (random, i) => Named(i) with
    {
        Priority = random.Next(3),
        Protocols = [PlainPacket.Tcp],
        Destinations = Many(32, () => PlainBlock.AroundV4(Vip + (uint)random.Next(64), 32)),
        Sources = Many(32, () => PlainBlock.AroundV4((uint)random.Next(256) << 24, random.Next(8, 17))),
        DestinationPorts = Many(32, () => AnyRange(random)),
    });

    public static readonly Shape[] All = [.. Indexed, .. Scanned];

    public static Shape Of(string name) => All.Append(Wide).Single(shape => shape.Name == name);

    /// <summary>Some of these, in a random order of definition.</summary>
    public PlainFlow[] Flows(Random random, int count)
    {
        var flows = Enumerable.Range(0, count).Select(i => Make(random, i)).ToArray();
        random.Shuffle(flows);
        return flows;
    }

    public override string ToString() => Name;

    /// <summary>A small world, in which flows often overlap; some hold SCTP in UDP.</summary>
    private static PlainFlow Everything(Random random, int i)
    {
        bool isEncapsulated = i % 16 == 5;
        var flow = Named(i) with
        {
            Priority = random.Next(8) == 0 ? int.MaxValue : random.Next(4),
            Protocols = isEncapsulated ? [PlainPacket.Sctp] : Any(ProtocolLists, random),
            Destinations = Many(i % 64 == 0 ? 0 : random.Next(1, 4), () => random.Next(4) == 0
                ? Nested(random)
                : PlainBlock.AroundV4(Vip + (uint)random.Next(5_000), random.Next(22, 33))),
            Sources = Many(random.Next(3), () => Nested(random)),
            DestinationPorts = Many(random.Next(3), () => AnyRange(random)),
            SourcePorts = random.Next(4) == 0 ? [AnyRange(random)] : [],
            Byte = random.Next(4) == 0 ? (byte)random.Next(3) : null,
            UdpEncapsulationPort = isEncapsulated ? (ushort)random.Next(9_000, 9_100) : null,
        };
        // By addresses alone, ::/0 would leave nothing to be missed.
        return flow is { Protocols: [], DestinationPorts: [], SourcePorts: [], Byte: null }
            ? flow with { Protocols = [PlainPacket.Tcp] }
            : flow;
    }

    private static PlainFlow Named(int i) => new() { Name = $"f{i}" };

    /// <summary>IPv4 /8 to /32 or IPv6 /0 to /128 around a few addresses.</summary>
    private static PlainBlock Nested(Random random) => random.Next(2) == 0
        ? PlainBlock.AroundV4(Vip + (uint)(random.Next(3) << random.Next(24)), random.Next(8, 33))
        : PlainBlock.Around(Vip6 + ((UInt128)random.Next(3) << random.Next(96)), random.Next(129));

    private static (int First, int Last) AnyRange(Random random)
    {
        int first = random.Next(1, 65_536);
        return (first, Math.Min(65_535, first + random.Next(1 << random.Next(1, 17))));
    }

    private static T[] Many<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];

    private static T Any<T>(T[] items, Random random) => items[random.Next(items.Length)];
}
