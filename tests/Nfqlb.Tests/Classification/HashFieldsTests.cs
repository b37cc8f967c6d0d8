using Nfqlb.Packets;
using Nfqlb.Tests.Wire;

namespace Nfqlb.Tests.Classification;

/// <summary>Flows that say what of their packets is hashed.</summary>
public class HashFieldsTests
{
    private static readonly int[] Marks = [100, 101, 102, 103, 104, 105, 106, 107];

    private static IEnumerable<ushort> Ports => Enumerable.Range(1_000, 60).Select(port => (ushort)port);

    [Fact]
    public void By_source_all_that_a_client_sends_goes_to_one_target()
    {
        var balancer = Hashing("src", isPromiscuousPing: true);
        var byClient = new HashSet<int?>();
        for (int client = 1; client < 60; client++)
        {
            string source = $"10.0.0.{client}";
            var marks = Ports.Select(port => balancer.Mark(Ip.V4(source).Tcp(port, 80)))
                .Concat(Ports.Select(port => balancer.Mark(Ip.V4(source).Udp(port, 53))))
                .Concat(Ports.Select(port => balancer.Mark(Ip.V4(source, "20.0.0.9").Sctp(port, 7))))
                .Append(balancer.Mark(Ip.V4(source).EchoRequest(7)))
                .Append(balancer.Mark(Ip.V4(source).Fragment(7, 0, true).Udp(1_000, 53)))
                .Append(balancer.Mark(Ip.V4("30.0.0.1").IcmpError(3, Ip.V4(Ip.Vip4, source).Tcp(80, 1_000))))
                .Distinct();
            byClient.Add(Assert.Single(marks));
        }
        Assert.Equal(Marks.Length, byClient.Count);
        Assert.DoesNotContain(null, byClient);
    }

    [Fact]
    public void Symmetric_both_directions_go_to_one_target()
    {
        var balancer = Hashing("5-tuple,symmetric");
        var plain = Hashing(null);
        int apart = 0;
        foreach (ushort port in Ports)
        {
            byte[] there = Ip.V4().Tcp(port, 80), back = Ip.AnswerV4().Tcp(80, port);
            Assert.Equal(balancer.Mark(there), balancer.Mark(back));
            Assert.Equal(balancer.Mark(Ip.V6().Udp(port, 53)), balancer.Mark(Ip.AnswerV6().Udp(53, port)));
            apart += plain.Mark(there) == plain.Mark(back) ? 0 : 1;
        }
        Assert.InRange(apart, 30, 60); // of 60, by chance but 7
    }

    [Fact]
    public void The_ports_of_Sctp_are_hashed_alone_unless_the_flow_says_something_else()
    {
        IEnumerable<int?> MarksOf(Balancer balancer) =>
            Enumerable.Range(1, 60).Select(client => balancer.Mark(Ip.V4($"10.0.0.{client}").Sctp(5_000, 80)));
        Assert.Single(MarksOf(Hashing(null)).Distinct());
        Assert.Single(MarksOf(Hashing("5-tuple")).Distinct());
        Assert.Equal(Marks.Length, MarksOf(Hashing("src")).Distinct().Count());
        Assert.Equal(Marks.Length, MarksOf(Hashing("5-tuple,symmetric")).Distinct().Count());
    }

    [Fact]
    public void A_flow_that_says_nothing_goes_where_it_went()
    {
        var (nothing, all) = (Hashing(null), Hashing("5-tuple"));
        Assert.All(Ports, port => Assert.Equal(nothing.Mark(Ip.V4().Tcp(port, 80)), all.Mark(Ip.V4().Tcp(port, 80))));
    }

    private static Balancer Hashing(string? fields, bool isPromiscuousPing = false) =>
        new Balancer(new ClassifierOptions { Clock = () => 0, IsPromiscuousPing = isPromiscuousPing })
            .Pool("all", Marks)
            .Flow(new() { Name = "all", Target = "all", Hash = fields });
}
