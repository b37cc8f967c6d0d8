using FsCheck;
using FsCheck.Fluent;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Flows;

/// <summary>Finding the flow of a packet against a naive scan, from the text of the rule to the bytes of the
/// packet.</summary>
public class FlowSetTests
{
    private static readonly string[] Addresses = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.1.1", "192.168.0.1"];
    private static readonly int[] Lengths = [0, 8, 24, 31, 32];
    private static readonly string[] ProtocolNames = ["tcp", "udp", "sctp"];

    [Fact]
    public void The_first_by_priority_then_by_definition_that_accepts_is_found() => Seeded.ForAll(Cases(), c =>
    {
        var table = new FlowTable(workers: 1);
        foreach (var flow in c.Flows)
        {
            table.Set(TextOf(flow).Parse(), NamedPools.Of("lb"));
        }
        foreach (var packet in c.Packets)
        {
            string? expected = c.Flows
                .OrderByDescending(flow => flow.Priority)
                .FirstOrDefault(flow => flow.Accepts(packet, c.IsPromiscuousPing))?.Name;
            Assert.Equal(expected, Find(table.Current, BytesOf(packet), c.IsPromiscuousPing));
        }
    }, count: 1_000);

    [Fact]
    public void Random_cases_find_flows_and_miss_them()
    {
        // The property above would hold for flows that never match, too.
        var cases = Cases().Sample(200).ToList();
        int found = cases.Sum(c => c.Packets.Count(p => c.Flows.Any(flow => flow.Accepts(p, c.IsPromiscuousPing))));
        Assert.InRange(found, 1, cases.Sum(c => c.Packets.Length) - 1);
    }

    [Fact]
    public void Nothing_is_found_in_the_empty_set() =>
        Assert.Null(Find(FlowSet.Empty, Ip.V4().Tcp(1, 2), isPromiscuousPing: true));

    [Fact]
    public void An_Icmp_error_finds_the_flow_of_the_connection_it_is_about()
    {
        var table = new FlowTable(workers: 1);
        table.Set(
            new FlowText { Name = "web", Target = "lb", Protocols = "tcp", DestinationPorts = "80",
                Destinations = "20.0.0.1/32", Match = "tcp[2:2]=80" }.Parse(),
            NamedPools.Of("lb"));
        byte[] error = Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000).Cut(28));
        byte[] other = Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(443, 1000).Cut(28));
        Assert.Equal("web", Find(table.Current, error));
        Assert.Null(Find(table.Current, other));
    }

    [Fact]
    public void Ports_turn_away_what_has_none()
    {
        var table = new FlowTable(workers: 1);
        var ports = new FlowText { Name = "ports", Target = "lb", DestinationPorts = "1-65535" };
        table.Set(ports.Parse(), NamedPools.Of("lb"));
        Assert.Equal("ports", Find(table.Current, Ip.V4().Tcp(1, 1)));
        Assert.Null(Find(table.Current, Ip.V4().Tcp(1, 0)));
        Assert.Null(Find(table.Current, Ip.V4().EchoRequest(1)));
        Assert.Null(Find(table.Current, Ip.V4().Carry((IpProtocol)47, [0, 80, 0, 80])));
    }

    private sealed record Case(NaiveFlow[] Flows, NaivePacket[] Packets, bool IsPromiscuousPing);

    private static Gen<Case> Cases() =>
        from flows in Gen.ArrayOf(Flows(), 6)
        from packets in Gen.ArrayOf(Packets(), 10)
        from isPromiscuousPing in Gen.Elements(true, false)
        select new Case([.. flows.Select((flow, i) => flow with { Name = $"f{i}" })], packets, isPromiscuousPing);

    private static Gen<NaiveFlow> Flows() =>
        from priority in Gen.Choose(0, 2)
        from protocols in Perhaps(Gen.NonEmptyListOf(Gen.Elements(ProtocolNames)).Select(names => names.ToArray()))
        from destinations in Perhaps(Blocks())
        from sources in Perhaps(Blocks())
        from destinationPorts in Perhaps(PortRanges())
        from sourcePorts in Perhaps(PortRanges())
        from bits in Perhaps(Bits())
        select new NaiveFlow("", priority, protocols, destinations, sources, destinationPorts, sourcePorts, bits);

    private static Gen<NaivePacket> Packets() =>
        from protocol in Gen.Elements("tcp", "udp", "sctp", "echo")
        from addresses in Gen.Two(Gen.Elements(Addresses))
        from ports in Gen.Two(Gen.Choose(0, 5))
        let isEcho = protocol == "echo"
        select new NaivePacket(
            protocol, addresses.Item1, addresses.Item2, isEcho ? 0 : ports.Item1, isEcho ? 0 : ports.Item2, isEcho);

    /// <summary>A condition that half of the flows have.</summary>
    private static Gen<T?> Perhaps<T>(Gen<T> condition)
        where T : class => Gen.OneOf(Gen.Constant<T?>(null), condition.Select(T? (some) => some));

    private static Gen<(string, int)[]> Blocks() =>
        Gen.NonEmptyListOf(Gen.Zip(Gen.Elements(Addresses), Gen.Elements(Lengths)))
            .Select(blocks => blocks.Take(3).Select(block => (block.Item1, block.Item2)).ToArray());

    private static Gen<(int, int)[]> PortRanges() =>
        Gen.NonEmptyListOf(Gen.Zip(Gen.Choose(1, 4), Gen.Choose(0, 2), (first, length) => (first, first + length)))
            .Select(ranges => ranges.Take(3).ToArray());

    private static Gen<(string, int, int)[]> Bits() =>
        from protocol in Gen.Elements(ProtocolNames)
        from mask in Gen.Choose(1, 7)
        from value in Gen.Choose(0, 7)
        select new[] { (protocol, mask, value & mask) };

    private static FlowText TextOf(NaiveFlow flow) => new()
    {
        Name = flow.Name,
        Target = "lb",
        Priority = flow.Priority.ToString(),
        Protocols = List(flow.Protocols, name => name),
        Destinations = List(flow.Destinations, block => $"{block.Address}/{block.Length}"),
        Sources = List(flow.Sources, block => $"{block.Address}/{block.Length}"),
        DestinationPorts = List(flow.DestinationPorts, range => $"{range.First}-{range.Last}"),
        SourcePorts = List(flow.SourcePorts, range => $"{range.First}-{range.Last}"),
        Match = List(flow.DestinationPortBits, bits => $"{bits.Protocol}[2:2] & 0x{bits.Mask:x} = {bits.Value}"),
    };

    private static string? List<T>(T[]? items, Func<T, string> text) =>
        items is null ? null : string.Join(',', items.Select(text));

    private static byte[] BytesOf(NaivePacket packet)
    {
        var ip = Ip.V4(packet.Source, packet.Destination);
        var (source, destination) = ((ushort)packet.SourcePort, (ushort)packet.DestinationPort);
        return packet.Protocol switch
        {
            "tcp" => ip.Tcp(source, destination),
            "udp" => ip.Udp(source, destination),
            "sctp" => ip.Sctp(source, destination),
            _ => ip.EchoRequest(7),
        };
    }

    private static string? Find(FlowSet flows, byte[] bytes, bool isPromiscuousPing = false)
    {
        Assert.Equal(Unparsable.None, Packet.TryParse(bytes, out var packet));
        return flows.TryFind(packet, bytes, isPromiscuousPing, out var match) ? match.Entry.Flow.Name.Text : null;
    }
}
