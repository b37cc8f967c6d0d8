using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiNetlink;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Links, neighbours, addresses and look-ups, against what ip(8) sends and receives for the same.</summary>
public sealed class ListingBytesTests
{
    private static readonly LinkIndex Lb0 = new(4);
    private static readonly LinkIndex Lb1 = new(5);

    [Fact]
    public void Links() => Assert.Equal(
        [
            new Link(new(1), "lo", IsUp: true, HasCarrier: true, 65536),
            new Link(Lb0, "lb0", IsUp: true, HasCarrier: true, 1400, "veth") { IsEthernet = true },
            new Link(Lb1, "lb1", IsUp: true, HasCarrier: true, 1500, "veth") { IsEthernet = true },
        ],
        RecordedIp.Decode("ip link show", RTM_NEWLINK, Link.Decode).OrderBy(link => link.Index.Value));

    [Fact]
    public void Neighbours() => Assert.Equal(
        [
            new Neighbour(Ip("172.16.1.7"), Lb0, NeighbourState.Failed, ""),
            new Neighbour(Ip("172.16.1.6"), Lb0, NeighbourState.Permanent, "02:00:00:00:00:06"),
        ],
        RecordedIp.Decode("ip neigh show nud all", RTM_NEWNEIGH, Neighbour.Decode)
            .Where(neighbour => neighbour.Address.IsIpv4));

    [Fact]
    public void Neighbours_in_ipv6()
    {
        var neighbours = RecordedIp.Decode("ip -6 neigh show nud all", RTM_NEWNEIGH, Neighbour.Decode);

        Assert.Contains(new(Ip("fd00::6"), Lb0, NeighbourState.Stale, "02:00:00:00:00:06"), neighbours);
        Assert.Contains(new(Ip("ff02::16"), Lb1, NeighbourState.NoArp, "33:33:00:00:00:16"), neighbours);
    }

    [Fact]
    public void Neighbours_packets_can_be_sent_to()
    {
        Assert.True(new Neighbour(default, Lb0, NeighbourState.Stale, "").IsUsable);
        Assert.True(new Neighbour(default, Lb0, NeighbourState.Permanent, "").IsUsable);
        Assert.False(new Neighbour(default, Lb0, NeighbourState.Failed, "").IsUsable);
        Assert.False(new Neighbour(default, Lb0, NeighbourState.Incomplete, "").IsUsable);
        Assert.False(new Neighbour(default, Lb0, NeighbourState.None, "").IsUsable);
    }

    [Fact]
    public void Addresses() => Assert.Equal(
        [
            new InterfaceAddress(Ip("127.0.0.1"), 8, new(1)),
            new InterfaceAddress(Ip("172.16.1.1"), 24, Lb0),
            new InterfaceAddress(Ip("172.16.2.1"), 32, Lb0),
            new InterfaceAddress(Ip("::1"), 128, new(1)),
            new InterfaceAddress(Ip("fd00::1"), 64, Lb0),
        ],
        RecordedIp.Decode("ip address show", RTM_NEWADDR, InterfaceAddress.Decode));

    [Fact]
    public void A_question_by_mark()
    {
        const string command = "ip route get 172.16.1.77 mark 0x60";
        AssertAsks(command, new RouteQuery(IpFamily.Ipv4, Ip("172.16.1.77")) { Fwmark = 0x60 });
        var route = Assert.Single(RecordedIp.Decode(command, RTM_NEWROUTE, Route.Decode));

        Assert.Equal(RoutingTable.Main, route.Table);
        Assert.Equal((Lb0, Ip("172.16.1.1"), null), (route.Link, route.Source, route.Gateway));
    }

    [Fact]
    public void A_question_for_a_packet_that_comes_in()
    {
        var query = new RouteQuery(IpFamily.Ipv4, Ip("172.16.2.2"))
        {
            Source = Ip("172.16.1.99"),
            IncomingLink = Lb0,
            Fwmark = 0x60,
        };
        AssertAsks("ip route get 172.16.2.2 from 172.16.1.99 iif lb0 mark 0x60", query);
    }

    [Fact]
    public void A_question_in_ipv6()
    {
        const string command = "ip -6 route get fd00::77 mark 0x5";
        AssertAsks(command, new RouteQuery(IpFamily.Ipv6, Ip("fd00::77")) { Fwmark = 5 });
        var route = Assert.Single(RecordedIp.Decode(command, RTM_NEWROUTE, Route.Decode));

        Assert.Equal((RoutingTable.Main, Lb0, Ip("fd00::1")), (route.Table, route.Link, route.Source));
    }

    /// <summary>Damaged anywhere, a listing is refused or read within its bounds.</summary>
    [Fact]
    public void Damaged_anywhere_nothing_but_a_refusal_happens()
    {
        DamageEach("ip rule show", RoutingRule.Decode);
        DamageEach("ip -6 route show table 1001", Route.Decode);
        DamageEach("ip -6 neigh show nud all", Neighbour.Decode);
        DamageEach("ip address show", InterfaceAddress.Decode);
        DamageEach("ip link show", Link.Decode);
    }

    private static void AssertAsks(string command, RouteQuery query)
    {
        var batch = new NetlinkBatch();
        using (batch.Request(RTM_GETROUTE, 0, query))
        {
            query.Encode(batch.Writer);
        }

        Assert.Equal(
            RecordedIp.Compared(RecordedIp.Sent(command)), RecordedIp.Compared(batch.Writer.Written));
    }

    private static void DamageEach<T>(string command, NetlinkDecoder<T> decode)
        where T : class
    {
        int refused = 0;
        foreach (byte[] bytes in RecordedIp.Received(command))
        {
            for (int at = 16; at < bytes.Length; at++)
            {
                foreach (byte lie in (ReadOnlySpan<byte>)[0, 1, 5, 0xff])
                {
                    byte[] damaged = [.. bytes];
                    damaged[at] = lie;
                    refused += IsRefused(damaged, decode) ? 1 : 0;
                }
            }
        }

        Assert.NotEqual(0, refused);
    }

    private static bool IsRefused<T>(ReadOnlySpan<byte> datagram, NetlinkDecoder<T> decode)
        where T : class
    {
        try
        {
            while (!datagram.IsEmpty)
            {
                var message = NetlinkMessage.Take(ref datagram);
                _ = message.Type is NLMSG_DONE or NLMSG_ERROR ? null : decode(message);
            }

            return false;
        }
        catch (NetlinkException)
        {
            return true;
        }
    }
}
