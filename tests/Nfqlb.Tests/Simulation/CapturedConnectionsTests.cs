using Nfqlb.Maglev;
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
        Assert.Equal(5, captured.Keys.Count);
        string[] clients = [Ip.Client4, Ip.Client6];
        Assert.All(captured.Keys, key => Assert.Contains(key.Source.ToPlainString(), clients));
    }

    [Fact]
    public void A_capture_that_begins_with_an_answer_to_a_SYN_knows_who_asked()
    {
        var captured = Of(Ip.AnswerV4().Tcp(80, 1000).With(TcpFlagsOffset, SynAck), Ip.V4().Tcp(1000, 80));
        Assert.Equal(1000, Assert.Single(captured.Keys).SourcePort);
    }

    [Fact]
    public void What_is_of_no_connection_counts_for_nothing()
    {
        byte[] udp = Ip.V4().Udp(1, 2);
        var captured = Of(
            [], [0x45], udp.Cut(21), Ip.V4().Fragment(1, 2, hasMore: true).Udp(1, 2), Ip.V4().EchoReply(9),
            Ip.V4().IcmpError(3, Ip.AnswerV4().Udp(2, 1)));
        Assert.Empty(captured.Keys);
    }

    /// <summary>Counted where nfqlb 1.2.0 recorded the key of each packet.</summary>
    [Theory]
    [InlineData("telnet-ipv4", 1)]
    [InlineData("telnet-ipv6", 1)]
    public void A_recorded_session_is_one_connection_at_the_entry_of_its_hash(string capture, int connections)
    {
        var captured = Of([.. Capture.Read(capture)]);
        Assert.Equal(connections, captured.Keys.Count);
        var shape = new PoolShape(new PoolSize(997, 4));
        var counted = Connections.Of(shape, captured);
        Assert.Equal(connections, counted.Count);
        var segment = PoolSegment.Format(new byte[PoolSegment.BytesFor(shape)], shape, new PoolSettings(0));
        Assert.All(captured.Keys, key =>
            Assert.Equal(1, counted.Of(segment.Locate(segment.HashOf(HashMode.SctpPorts, key)).Entry)));
    }

    private static CapturedConnections Of(params byte[][] packets)
    {
        var captured = new CapturedConnections();
        Assert.All(packets, packet => Assert.True(captured.TryAdd(packet)));
        return captured;
    }
}
