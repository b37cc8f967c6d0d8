using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Status;
using Nfqlb.Planning.Tests.Support;
using Nfqlb.Queues;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Status;

/// <summary>What keeps answers of targets back, where they pass through this host.</summary>
public partial class WayCheckTests
{
    private static FilterRule DropsAnswers =>
        new([new AddressCondition(IsSource: true, new Cidr(Vip, 128))], FilterVerdict.Drop);

    private static FilterRule LetsIn =>
        new([new AddressCondition(IsSource: false, new Cidr(Vip, 128))], FilterVerdict.Accept);

    private const string Dropped = "the filter ip filter FORWARD drops it"
        + " -> nft insert rule ip filter FORWARD ip saddr 203.0.113.1 accept";

    [Fact]
    public void A_filter_that_drops_answers_is_a_hint_as_they_may_go_another_way() => Assert.Equal(
        [$"Hint: from 203.0.113.1, if they pass through here: {Dropped}"],
        AnswersBehind(Host, new FilterChain("ip", "filter", "FORWARD", [DropsAnswers])));

    [Fact]
    public void Of_an_address_with_a_table_to_leave_by_they_pass_through_here_for_certain() => Assert.Equal(
        [$"Bad: from 203.0.113.1: {Dropped}"],
        AnswersBehind(
            Host with
            {
                Desired = new(DesiredState.Empty with { Vips = [new DesiredVip(new Cidr(Vip, 128), 4096)] }),
            },
            new FilterChain("ip", "filter", "FORWARD", [DropsAnswers])));

    /// <summary>As most firewalls do, which know by the request that the answer is none of a stranger.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)] // Nobody has tracked the request.
    public void A_filter_that_lets_answers_through_which_belong_to_a_connection(bool isUntracked, int count)
    {
        var established =
            new FilterRule([new ConnectionCondition(ConnectionStates.Established)], FilterVerdict.Accept);
        var host = Host with
        {
            Vips = new(new QueuedVips([new Cidr(Vip, 128)], Queues, QueueKind.Native, isUntracked) { Exists = true }),
        };
        var chain = new FilterChain("ip", "filter", "FORWARD", [established, LetsIn]) { IsDropping = true };
        Assert.Equal(count, AnswersBehind(host, chain).Length);
    }

    [Fact]
    public void A_filter_for_ports_that_no_client_has()
    {
        FilterChain For(ushort first, ushort last) => new(
            "ip", "filter", "FORWARD", [new FilterRule([new PortCondition(false, first, last)], FilterVerdict.Drop)]);
        var http = new FlowText
        {
            Name = "http", Target = "web", Destinations = "203.0.113.1/32", Protocols = "tcp", DestinationPorts = "80",
        }.Parse();
        var host = Host with { Balancer = new(new BalancerState([http])) };
        Assert.Empty(AnswersBehind(host, For(25, 25)));
        Assert.Equal(
            [
                "Hint: from 203.0.113.1, to 198.51.100.7, if they pass through here: the filter ip filter FORWARD "
                    + "drops it",
            ],
            AnswersBehind(host, For(1025, 65535)));
    }

    [Fact]
    public void A_link_of_a_target_that_does_not_forward()
    {
        var sysctls = new SysctlValues(new Dictionary<string, string?>
        {
            ["net.ipv4.ip_forward"] = "1", ["net/ipv4/conf/eth0/forwarding"] = "0",
        });
        Assert.Contains(
            "Hint: from 203.0.113.1, if they pass through here: eth0 does not forward what comes by it: it is dropped"
                + " -> sysctl -w net/ipv4/conf/eth0/forwarding=1",
            AnswersBehind(Host with { Sysctls = new(sysctls) }));
    }

    private static string[] AnswersBehind(HostSnapshot host, params FilterChain[] chains)
    {
        host = host with { Filters = new([.. chains.Select(chain => chain with { Hook = FilterHook.Forward })]) };
        return Said.By(new WayCheck(host, host.Balancer.Value!, [], Ask).Findings()
            .Where(finding => finding.Area == "answers"));
    }

    /// <summary>Frames for a next hop that nobody has asked for go to nobody.</summary>
    [Fact]
    public void A_link_that_asks_nobody()
    {
        var eth0 = Eth0 with { IsEthernet = true, IsArpOff = true };
        var hop = new Neighbour(Hop, Eth0.Index, NeighbourState.NoArp, "02:00:00:00:00:02");
        var host = Host with
        {
            Pools = new([Pool(101)]), Network = new(Network with { Links = [eth0], Neighbours = [hop] }),
        };
        Assert.Equal(
            [
                "Bad: IPv4, web/mark 101: neighbour: ARP is off on eth0, so nobody knows where it is"
                    + " -> ip link set eth0 arp on",
                "Warn: ARP is off on eth0: who sends packets here by it does not find this host"
                    + " -> ip link set eth0 arp on",
            ],
            Find(host));
        foreach (string kind in (string[])["dummy", "ipvlan", "vrf"])
        {
            Assert.StartsWith(
                "Ok", Find(host with
                {
                    Network = new(Network with { Links = [eth0 with { Kind = kind }], Neighbours = [hop] }),
                })[0]);
        }
    }

    [Theory]
    [InlineData("netem", false, "Hint: not checked: tc qdisc netem on eth0 may drop packets")]
    [InlineData("fq_codel", true, "Hint: not checked: an XDP program on eth0 may drop packets")]
    [InlineData("clsact", true, "Hint: not checked: tc qdisc clsact, an XDP program on eth0 may drop packets")]
    [InlineData("fq_codel", false, "Ok: 1 ways into a queue and 1 to targets lead there")]
    public void What_may_drop_packets_at_a_link(string discipline, bool hasXdp, string said) => Assert.Equal(
        said,
        Find(Host with
        {
            Pools = new([Pool(101)]), Network = new(Network with { Links = [Eth0 with { HasXdp = hasXdp }] }),
            Disciplines = new(
                [
                    new QueueDiscipline(Eth0.Index, discipline), new QueueDiscipline(Eth0.Index, "mq"),
                    new QueueDiscipline(new LinkIndex(9), "tbf"),
                ]),
        })[^1]);
}
