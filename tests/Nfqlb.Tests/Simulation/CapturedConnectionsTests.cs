using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Simulation;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Simulation;

/// <summary>Which packets are of one connection, and who opened it.</summary>
public class CapturedConnectionsTests
{
    private const int TcpFlagsOffset = 20 + 13;
    private const byte SynAck = 0x12;

    [Fact]
    public void Both_directions_are_one_connection_of_who_was_first()
    {
        var captured = Of(
            Ip.V4().Tcp(1000, 80), Ip.AnswerV4().Tcp(80, 1000), Ip.V4().Tcp(1000, 80), Ip.V4().Tcp(1001, 80),
            Ip.V6().Udp(7, 53), Ip.AnswerV6().Udp(53, 7), Ip.V4().Sctp(5, 6), Ip.V4().EchoRequest(9));
        Assert.Equal(5, captured.Rules.Count);
        string[] clients = [Ip.Client4, Ip.Client6];
        Assert.All(captured.Rules.Keys, key => Assert.Contains(key.Source.ToPlainString(), clients));
    }

    [Fact]
    public void A_capture_that_begins_with_an_answer_to_a_SYN_knows_who_asked()
    {
        var captured = Of(Ip.AnswerV4().Tcp(80, 1000).With(TcpFlagsOffset, SynAck), Ip.V4().Tcp(1000, 80));
        Assert.Equal(1000, Assert.Single(captured.Rules.Keys).SourcePort);
    }

    [Fact]
    public void What_is_of_no_connection_counts_for_nothing()
    {
        byte[] udp = Ip.V4().Udp(1, 2);
        var captured = Of(
            [], [0x45], udp.Cut(21), Ip.V4().Fragment(1, 2, hasMore: true).Udp(1, 2), Ip.V4().EchoReply(9),
            Ip.V4().IcmpError(3, Ip.AnswerV4().Udp(2, 1)));
        Assert.Empty(captured.Rules);
    }

    /// <summary>Counted where nfqlb 1.2.0 recorded the key of each packet.</summary>
    [Theory]
    [InlineData("telnet-ipv4", 1)]
    [InlineData("telnet-ipv6", 1)]
    public void A_recorded_session_is_one_connection_at_the_entry_of_its_hash(string capture, int connections)
    {
        var captured = Of([.. Capture.Read(capture)]);
        Assert.Equal(connections, captured.Rules.Count);
        var shape = new PoolShape(new PoolSize(997, 4));
        var counted = Connections.Of(shape, captured);
        Assert.Equal(connections, counted.Count);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(shape)], shape, new PoolSettings(0));
        Assert.All(captured.Rules.Keys, key =>
            Assert.Equal(1, counted.Of(segment.Locate(segment.HashOf(HashMode.SctpPorts, key)).Entry)));
    }

    /// <summary>As the classifier does: the first flow that accepts a packet has it, and hashes it by its own rule.
    /// </summary>
    [Fact]
    public void Connections_of_a_pool_are_those_that_its_flows_accept_each_hashed_as_its_flow_says()
    {
        var flows = PoolFlows.Of(new PoolName("web"), [
            FlowTo("first", "other", priority: 9, "", port: 81), FlowTo("clients", "web", 5, "src", port: 80),
            FlowTo("rest", "web", 1, "dst,dport", port: 82), FlowTo("far", "far", 1, "", port: 83),
        ]);
        byte[][] packets =
        [
            Ip.V4().Tcp(1000, 80), Ip.V4().Tcp(1001, 80), Ip.V4().Tcp(1000, 81), Ip.V4().Tcp(1000, 82),
            Ip.V4().Tcp(1000, 83), Ip.V4().Tcp(1000, 84), Ip.AnswerV4().Tcp(80, 1000),
            Ip.AnswerV4().Tcp(80, 1002).With(TcpFlagsOffset, SynAck),
        ];

        var captured = new CapturedConnections(flows);
        Assert.All(packets, packet => Assert.True(captured.TryAdd(packet)));

        Assert.Equal(
            ["1000 80 src", "1000 82 dst,dport", "1001 80 src", "1002 80 src"],
            captured.Rules.Select(one => $"{one.Key.SourcePort} {one.Key.DestinationPort} {one.Value}").Order());
        Assert.Null(flows.Common);
        Assert.Equal("5-tuple", $"{PoolFlows.Of(new PoolName("other"), [FlowTo("a", "other", 1, "", 1)]).Common}");
        Assert.Equal("src", $"{PoolFlows.Of(new PoolName("web"), [FlowTo("a", "web", 1, "src", 1)]).Common}");

        // One client's connections meet at one entry.
        var shape = new PoolShape(new PoolSize(997, 4));
        var counted = Connections.Of(shape, captured);
        Assert.Equal([3, 1], Enumerable.Range(0, 997).Select(counted.Of).Where(count => count > 0).OrderDescending());
    }

    /// <summary>A file of pools alone says of no connection that it is not theirs.</summary>
    [Fact]
    public void Where_no_flow_leads_to_the_pool_all_connections_count()
    {
        var captured = new CapturedConnections(
            PoolFlows.Of(new PoolName("web"), [FlowTo("a", "other", 1, "src", port: 80)]));
        Assert.True(captured.TryAdd(Ip.V4().Tcp(1000, 80)));
        Assert.True(Assert.Single(captured.Rules).Value.IsDefault);
    }

    [Fact]
    public void Sctp_inside_udp_is_hashed_by_the_ports_inside()
    {
        var flow = new Flow
        {
            Name = new FlowName("sctp"), Target = new PoolName("web"), Protocols = Protocols.Sctp,
            UdpEncapsulationPort = 9899,
        };
        var captured = new CapturedConnections(PoolFlows.Of(flow.Target, [flow]));
        byte[] inside = [0, 5, 0, 6, .. new byte[8]];
        Assert.True(captured.TryAdd([.. Ip.V4().Udp(7, 9899)[..28], .. inside]));
        var key = Assert.Single(captured.Rules.Keys);
        Assert.Equal((IpProtocol.Sctp, 5, 6), (key.Protocol, key.SourcePort, key.DestinationPort));
    }

    private static Flow FlowTo(string name, string pool, int priority, string hash, ushort port) => new()
    {
        Name = new FlowName(name),
        Target = new PoolName(pool),
        Priority = priority,
        DestinationPorts = new PortSet([new PortRange(port, port)]),
        Hash = HashRule.TryParse(hash, out var rule, out _) ? rule : default,
    };

    private static CapturedConnections Of(params byte[][] packets)
    {
        var captured = new CapturedConnections(PoolFlows.Every(default));
        Assert.All(packets, packet => Assert.True(captured.TryAdd(packet)));
        return captured;
    }
}
