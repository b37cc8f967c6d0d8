using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>SCTP inside UDP (RFC 6951): the helper flow opens it, the flow itself decides.</summary>
public class EncapsulatedSctpTests
{
    private const ushort Port = 9899;
    private static readonly byte[] Encapsulated = Ip.V4().SctpInUdp(Port, Port, 1000, 5000);

    private readonly Balancer _balancer = new Balancer().Pool("sctp", [.. Enumerable.Range(0, 10)])
        .Flow(new()
        {
            Name = "s", Target = "sctp", Protocols = "sctp", DestinationPorts = "5000",
            Destinations = $"{Ip.Vip4}/32,{Ip.Vip6}/128", UdpEncapsulation = "9899",
        });

    [Fact]
    public void Goes_where_the_bare_packet_goes()
    {
        for (ushort port = 1; port <= 100; port++)
        {
            int? bare = _balancer.Mark(Ip.V4().Sctp(port, 5000));
            Assert.NotNull(bare);
            Assert.Equal(bare, _balancer.Mark(Ip.V4().SctpInUdp(Port, Port, port, 5000)));
            Assert.Equal(bare, _balancer.Mark(Ip.V6().HopByHop().SctpInUdp(1, Port, port, 5000)));
        }
    }

    [Fact]
    public void Is_counted_by_the_helper_and_by_the_flow()
    {
        _balancer.Mark(Encapsulated);
        Assert.Equal((1, 1), (_balancer.CountOf("#s"), _balancer.CountOf("s")));
        Assert.Equal(1, _balancer.Counters.Balanced);
    }

    [Fact]
    public void Other_Udp_and_Sctp_to_another_port_find_no_flow()
    {
        Assert.Null(_balancer.Mark(Ip.V4().SctpInUdp(Port, 9900, 1000, 5000)));
        Assert.Null(_balancer.Mark(Ip.V4().SctpInUdp(Port, Port, 1000, 5001)));
        Assert.Equal(2, _balancer.Counters.WithoutFlow);
    }

    [Fact]
    public void Udp_too_short_for_Sctp_ports_is_counted_as_such()
    {
        Assert.Null(_balancer.Mark(Ip.V4().Udp(Port, Port, 1, 2, 3)));
        Assert.Equal(1, _balancer.Counters.Unparsable(Unparsable.PortsTruncated));
    }

    [Fact]
    public void An_error_about_an_encapsulated_answer_goes_where_its_packets_go()
    {
        byte[] answer = Ip.AnswerV4().SctpInUdp(Port, Port, 5000, 1000);
        int? mark = _balancer.Mark(Encapsulated);
        Assert.NotNull(mark);
        Assert.Equal(mark, _balancer.Mark(Ip.V4("30.0.0.1").IcmpError(3, answer)));
    }
}
