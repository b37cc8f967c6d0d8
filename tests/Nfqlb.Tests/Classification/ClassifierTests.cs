using Nfqlb.Packets;
using Nfqlb.Tests.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>Packet in, verdict out.</summary>
public class ClassifierTests
{
    private const int Web = 100;
    private const int Dns = 200;
    private const int NoFlow = 7;
    private const int NoTarget = 8;
    private static readonly byte[] ToWeb = Ip.V4().Tcp(1000, 80);
    private static readonly byte[] ToDns = Ip.V4().Udp(1000, 53);
    private static readonly byte[] ToNobody = Ip.V4().Tcp(1000, 22);

    private static Balancer WebAndDns(ClassifierOptions? options = null) => new Balancer(options)
        .Pool("web", Web).Pool("dns", Dns)
        .Flow(new() { Name = "web", Target = "web", Protocols = "tcp", DestinationPorts = "80" })
        .Flow(new() { Name = "dns", Target = "dns", Protocols = "udp,tcp", DestinationPorts = "53" });

    /// <summary>What becomes of a packet at a balancer for TCP 80 (mark 100) and DNS (200); null for dropped.</summary>
    public static TheoryData<string, byte[], int?> Rows => new()
    {
        { "TCP to 80", ToWeb, Web },
        { "UDP to 53", ToDns, Dns },
        { "TCP to 22", ToNobody, null },
        { "over IPv6", Ip.V6().Tcp(1000, 80), Web },
        { "behind extension headers", Ip.V6().HopByHop().DestinationOptions(2).Tcp(1000, 80), Web },
        { "first fragment", Ip.V4().Fragment(7, 0, true).Udp(1000, 53), Dns },
        { "IPv6 first fragment", Ip.V6().Fragment(7, 0, true).Udp(1000, 53), Dns },
        { "atomic fragment", Ip.V6().Fragment(7, 0, false).Udp(1000, 53), Dns },
        { "later fragment", Ip.V4().Fragment(7, 5, true).Carry(IpProtocol.Udp, [3, 232, 0, 53]), null },
        { "error about an answer", Ip.V4("30.0.0.1").IcmpError(3, Ip.AnswerV4().Tcp(80, 1000)), Web },
        { "ICMPv6 packet too big", Ip.V6("3000::1").IcmpError(2, Ip.AnswerV6().Tcp(80, 1000)), Web },
        { "error about what the client sent", Ip.V4("30.0.0.1").IcmpError(3, Ip.V4().Tcp(1000, 80)), null },
        { "ping", Ip.V4().EchoRequest(7), null },
        { "unparsable", ToWeb.Cut(23), null },
        { "empty", [], null },
    };

    [Theory, MemberData(nameof(Rows))]
    public void A_packet_goes_to_the_target_of_its_flow(string name, byte[] packet, int? mark) =>
        Assert.True(WebAndDns().Mark(packet) == mark, name);

    [Fact]
    public void Without_a_flow_it_is_dropped_or_takes_the_mark_that_was_given()
    {
        Assert.Null(WebAndDns().Mark(ToNobody));
        var balancer = WebAndDns(new() { Clock = () => 0, NoFlowMark = new FirewallMark(NoFlow) });
        Assert.Equal(NoFlow, balancer.Mark(ToNobody));
        Assert.Equal(Web, balancer.Mark(ToWeb));
        Assert.Equal(1, balancer.Counters.WithoutFlow);
    }

    [Fact]
    public void Without_a_target_it_is_dropped_or_takes_the_mark_that_was_given()
    {
        Assert.Null(WebAndDns().Pool("web").Mark(ToWeb));
        var balancer = WebAndDns(new() { Clock = () => 0, NoTargetsMark = new FirewallMark(NoTarget) }).Pool("web");
        Assert.Equal(NoTarget, balancer.Mark(ToWeb));
        Assert.Equal(Dns, balancer.Mark(ToDns));
        Assert.Equal(1, balancer.Counters.WithoutTarget);
        Assert.Equal(1, balancer.CountOf("web"));
    }

    [Fact]
    public void What_cannot_be_parsed_is_dropped_even_where_marks_are_given()
    {
        var marks = new ClassifierOptions
        {
            Clock = () => 0,
            NoFlowMark = new FirewallMark(1),
            NoTargetsMark = new FirewallMark(2),
        };
        Assert.All(HostilePackets.Rows, row => Assert.Null(WebAndDns(marks).Mark(row.Bytes)));
    }

    [Fact]
    public void Promiscuous_ping_lets_echo_requests_in_by_their_addresses_and_no_other_Icmp()
    {
        var options = new ClassifierOptions { Clock = () => 0, IsPromiscuousPing = true };
        var balancer = new Balancer(options).Pool("web", Web).Flow(new()
        {
            Name = "web", Target = "web", Protocols = "tcp", DestinationPorts = "80",
            Destinations = $"{Ip.Vip4}/32,{Ip.Vip6}/128", Match = "tcp[2:2]=80",
        });
        Assert.Equal(Web, balancer.Mark(Ip.V4().EchoRequest(7)));
        Assert.Equal(Web, balancer.Mark(Ip.V6().EchoRequest(7)));
        Assert.Null(balancer.Mark(Ip.V4(Ip.Client4, "20.0.0.2").EchoRequest(7)));
        Assert.Null(balancer.Mark(ToNobody));

        // 1.2.0 let these in, too.
        Assert.Null(balancer.Mark(Ip.V4().EchoReply(7)));
        Assert.Null(balancer.Mark(Ip.V4().IcmpBytes(13, 0, 0, 0, 0, 0, 0, 0)));
        Assert.Null(balancer.Mark(Ip.V6().IcmpBytes(135, 0, 0, 0, 0, 0, 0, 0)));
    }

    [Fact]
    public void Promiscuous_ping_does_not_fall_into_a_helper_flow()
    {
        var balancer = new Balancer(new() { Clock = () => 0, IsPromiscuousPing = true }).Pool("sctp", 1)
            .Flow(new() { Name = "s", Target = "sctp", Protocols = "sctp", UdpEncapsulation = "9899" });
        Assert.Equal(1, balancer.Mark(Ip.V4().EchoRequest(7)));
        Assert.Equal((0, 1), (balancer.CountOf("#s"), balancer.CountOf("s")));
    }

    [Theory]
    [InlineData(HashMode.Tuple)]
    [InlineData(HashMode.SctpPorts)]
    public void The_hash_mode_says_what_of_Sctp_is_hashed(HashMode mode)
    {
        int[] marks = [.. Enumerable.Range(0, 10)];
        var balancer = new Balancer(new() { Clock = () => 0, HashMode = mode }).Pool("all", marks)
            .Flow(new() { Name = "all", Target = "all" });
        int TargetsOf(Func<int, byte[]> packet) =>
            Enumerable.Range(1, 200).Select(i => balancer.Mark(packet(i))).Distinct().Count();

        // A multi-homed association: one pair of ports, many addresses.
        Assert.Equal(mode == HashMode.Tuple ? 10 : 1, TargetsOf(i => Ip.V4($"10.0.0.{i}").Sctp(1000, 5000)));
        Assert.Equal(10, TargetsOf(i => Ip.V4($"10.0.0.{i}").Tcp(1000, 5000)));
        Assert.Equal(10, TargetsOf(i => Ip.V4().Sctp((ushort)i, 5000)));
    }

    [Fact]
    public void All_pings_of_one_id_go_one_way_and_other_ids_others()
    {
        var balancer = new Balancer().Pool("all", [.. Enumerable.Range(0, 10)])
            .Flow(new() { Name = "f", Target = "all" });
        Assert.Equal(balancer.Mark(Ip.V4().EchoRequest(7)), balancer.Mark(Ip.V4().Options(2).EchoRequest(7)));
        Assert.Equal(10, Enumerable.Range(1, 200).Select(id => balancer.Mark(Ip.V4().EchoRequest((ushort)id)))
            .Distinct().Count());
    }

    [Fact]
    public void A_change_of_flows_takes_effect_with_the_next_batch_and_one_of_targets_at_once()
    {
        var balancer = WebAndDns();
        balancer.Flows.Delete(new("web"));
        Assert.Equal(Web, balancer.Mark(ToWeb));
        balancer.Pool("web", 101);
        Assert.Equal(101, balancer.Mark(ToWeb));
        Assert.Null(balancer.StartBatch().Mark(ToWeb));
    }
}
