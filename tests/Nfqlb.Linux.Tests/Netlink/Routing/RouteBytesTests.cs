using Nfqlb.Linux.Netlink;
using Nfqlb.Linux.Netlink.Routing;
using Nfqlb.Routing;
using static Nfqlb.Linux.Netlink.Uapi.UapiRtnetlink;
using static Nfqlb.Linux.Tests.Netlink.Routing.Samples;

namespace Nfqlb.Linux.Tests.Netlink.Routing;

/// <summary>Routes as messages, against what `ip route` sends and receives for the same.</summary>
public sealed class RouteBytesTests
{
    /// <summary>In IPv6 ip(8) says of the default route that it goes to ::; in IPv4 it does not.</summary>
    private const string NeedlessDestination = "1400010000000000000000000000000000000000";

    /// <summary>The link lb0 of the record.</summary>
    private static readonly LinkIndex Lb0 = new(4);

    private static readonly Route ToTarget4 =
        RouteTo(IpFamily.Ipv4, 101) with { Gateway = Ip("172.16.1.6"), Link = Lb0 };

    private static readonly Route LastResort4 =
        RouteTo(IpFamily.Ipv4, 101, type: RouteType.Unreachable) with { Metric = 4278198272 };

    private static readonly Route ToTarget6 =
        RouteTo(IpFamily.Ipv6, 1001) with { Gateway = Ip("fd00::6"), Link = Lb0 };

    private static readonly Route LastResort6 =
        RouteTo(IpFamily.Ipv6, 1001, type: RouteType.Unreachable) with { Metric = 4278198272 };

    private static readonly Route OnLink =
        RouteTo(IpFamily.Ipv4, 1001, "10.1.0.0/16") with
        {
            Gateway = Ip("192.0.2.1"),
            Link = Lb0,
            IsOnLink = true,
            Metric = 7,
        };

    private static readonly Route WithSource =
        RouteTo(IpFamily.Ipv4, 1001, "10.2.0.0/16") with { Link = Lb0, Source = Ip("172.16.1.1") };

    private static readonly Route ByIpv6 =
        RouteTo(IpFamily.Ipv4, 1001, "10.3.0.0/16") with { Gateway = Ip("fd00::6"), Link = Lb0 };

    private static readonly Route Dropped = RouteTo(IpFamily.Ipv4, 1001, "10.4.0.0/16", RouteType.Blackhole);

    private readonly RoutingBatch _batch = new();

    private string Encoded => RecordedIp.Compared(_batch.Requests.Writer.Written);

    [Fact]
    public void By_a_gateway()
    {
        _batch.Add(ToTarget4);
        Assert.Equal(Sent("ip route add default via 172.16.1.6 table 101 protocol 78 dev lb0"), Encoded);
    }

    [Fact]
    public void Unreachable()
    {
        _batch.Add(LastResort4);
        Assert.Equal(Sent("ip route add unreachable default table 101 metric 4278198272 protocol 78"), Encoded);
    }

    [Fact]
    public void By_a_gateway_that_is_on_the_link()
    {
        _batch.Add(OnLink);
        Assert.Equal(
            Sent("ip route add 10.1.0.0/16 via 192.0.2.1 table 1001 metric 7 onlink protocol 78 dev lb0"), Encoded);
    }

    [Fact]
    public void On_a_link_with_a_source()
    {
        _batch.Add(WithSource);
        Assert.Equal(Sent("ip route add 10.2.0.0/16 table 1001 src 172.16.1.1 protocol 78 dev lb0"), Encoded);
    }

    [Fact]
    public void By_a_gateway_of_the_other_family()
    {
        _batch.Add(ByIpv6);
        Assert.Equal(Sent("ip route add 10.3.0.0/16 via inet6 fd00::6 table 1001 protocol 78 dev lb0"), Encoded);
    }

    [Fact]
    public void Replaced()
    {
        _batch.Replace(Dropped);
        Assert.Equal(Sent("ip route replace blackhole 10.4.0.0/16 table 1001 protocol 78"), Encoded);
    }

    [Fact]
    public void By_a_gateway_in_ipv6()
    {
        _batch.Add(ToTarget6);
        string sent = Sent("ip -6 route add default via fd00::6 table 1001 metric 1024 protocol 78 dev lb0");
        Assert.Equal(WithoutDestination(sent), Encoded);
    }

    [Fact]
    public void Unreachable_in_ipv6()
    {
        _batch.Replace(LastResort6);
        string sent = Sent("ip -6 route replace unreachable default table 1001 metric 4278198272 protocol 78");
        Assert.Equal(WithoutDestination(sent), Encoded);
    }

    [Fact]
    public void Deleted()
    {
        _batch.Delete(ToTarget4);
        Assert.Equal(Sent("ip route del unicast default via 172.16.1.6 table 101 protocol 78 dev lb0"), Encoded);
    }

    [Fact]
    public void Unreachable_deleted()
    {
        _batch.Delete(LastResort4);
        Assert.Equal(Sent("ip route del unreachable default table 101 metric 4278198272 protocol 78"), Encoded);
    }

    [Fact]
    public void Deleted_in_ipv6()
    {
        _batch.Delete(ToTarget6);
        string sent = Sent("ip -6 route del unicast default via fd00::6 table 1001 metric 1024 protocol 78 dev lb0");
        Assert.Equal(WithoutDestination(sent), Encoded);
    }

    [Fact]
    public void A_listing()
    {
        Assert.Equal(
            [ToTarget4, LastResort4], RecordedIp.Decode("ip route show table 101", RTM_NEWROUTE,
                Route.Decode));
    }

    [Fact]
    public void A_listing_with_routes_of_others()
    {
        var routes = Listed("ip route show table 1001");

        Assert.Equal([OnLink, WithSource, ByIpv6, Dropped], routes[..4]);
        Assert.All(routes[..4], route => Assert.False(route.IsMultipath || route.HasOtherProperties));
        Assert.Equal(
            ["10.5.0.0/16 table 1001 protocol 3",
                "10.6.0.0/16 via 172.16.1.6 dev if4 table 1001 protocol 3",
                "10.7.0.0/16 via 172.16.1.9 dev if4 table 1001 protocol 3"],
            routes[4..].Select(route => route.Words));
        Assert.Equal([true, false, true], routes[4..].Select(route => route.IsMultipath));
        Assert.Equal([false, true, false], routes[4..].Select(route => route.HasOtherProperties));
    }

    [Fact]
    public void A_listing_with_routes_of_others_in_ipv6()
    {
        var routes = Listed("ip -6 route show table 1001").ToDictionary(route => route.Words);

        Assert.Equal(4, routes.Count);
        Assert.True(routes["fd01::/64 table 1001 metric 1024 protocol 3"].IsMultipath);
        Assert.True(routes["fd02::/64 via fd00::7 dev if4 table 1001 metric 1024 protocol 3"].HasOtherProperties);
        Assert.Equal(ToTarget6, routes[ToTarget6.Words]);
        Assert.Equal(LastResort6, routes[LastResort6.Words]);
    }

    [Fact]
    public void What_is_encoded_is_decoded()
    {
        foreach (var route in (Route[])[ToTarget4, LastResort4, ToTarget6, LastResort6, OnLink, WithSource, ByIpv6,
            Dropped])
        {
            var batch = new RoutingBatch();
            batch.Add(route);
            ReadOnlySpan<byte> datagram = batch.Requests.Writer.Written;
            Assert.Equal(route, Route.Decode(NetlinkMessage.Take(ref datagram)));
        }
    }

    [Fact]
    public void In_ipv6_no_metric_is_1024()
    {
        Assert.Equal(1024u, RouteTo(IpFamily.Ipv6, 1).Metric);
        Assert.Equal(1024u, (RouteTo(IpFamily.Ipv6, 1) with { Metric = 0 }).Metric);
        Assert.Equal(0u, RouteTo(IpFamily.Ipv4, 1).Metric);
    }

    [Fact]
    public void A_destination_of_the_other_family_is_refused() =>
        Assert.Throws<ArgumentException>(() => RouteTo(IpFamily.Ipv4, 1, "fd00::/8"));

    private static List<Route> Listed(string command) =>
        RecordedIp.Decode(command, RTM_NEWROUTE, Route.Decode);

    private static string WithoutDestination(string sent)
    {
        Assert.Contains(NeedlessDestination, sent, StringComparison.Ordinal);
        return sent.Replace(NeedlessDestination, "", StringComparison.Ordinal);
    }

    private static string Sent(string command) => RecordedIp.Compared(RecordedIp.Sent(command));
}
