using Nfqlb.ControlPlane.Announce;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.ControlPlane.Tests.Announce;

/// <summary>Routes of announcements on a model of a kernel.</summary>
public sealed class AnnouncerTests
{
    private const string NoTarget = "no target";

    private static readonly RoutingTable Table = new(4000);
    private static readonly Cidr One = Block("203.0.113.10");
    private static readonly Cidr Two = Block("2001:db8::10");

    private readonly Fault _fault = new();
    private readonly ModelKernel _kernel;
    private readonly ModelLink _link;
    private readonly ModelTime _time = new();
    private readonly List<FollowNotice> _told = [];
    private Announcer _announcer;

    public AnnouncerTests()
    {
        _kernel = new ModelKernel(_fault);
        _link = new ModelLink(_kernel);
        _announcer = Another();
    }

    [Fact]
    public void What_can_be_served_has_a_route_and_nothing_else()
    {
        Turn((One, null), (Two, NoTarget));
        Expect("203.0.113.10/32");
        Assert.Equal([true, false], _announcer.All.Select(one => one.IsAnnounced));
        Assert.Equal(["announced 203.0.113.10/32 ", "not announced 2001:db8::10/128 no target"], Told());

        Turn((One, NoTarget), (Two, null));
        Expect();
        Pass(1.1, (One, NoTarget), (Two, null));
        Expect("2001:db8::10/128");
        Assert.Equal(["withdrawn 203.0.113.10/32 no target", "announced 2001:db8::10/128 "], Told());

        Turn((One, NoTarget));
        Expect();
        Assert.Equal(["withdrawn 2001:db8::10/128 nobody asks for it any more"], Told());
    }

    [Fact]
    public void What_others_take_away_is_put_back_with_the_link_too()
    {
        Turn((One, null), (Two, null));
        Told();
        _kernel.Routes.RemoveAll(route => route.Destination == One);
        Turn((One, null), (Two, null));
        Expect("2001:db8::10/128"); // Nobody has told that there is anything to look at.
        _announcer.Look();
        Turn((One, null), (Two, null));
        Expect("203.0.113.10/32", "2001:db8::10/128");
        Assert.Equal(["announced again 203.0.113.10/32 its route was gone"], Told());

        _link.Vanish();
        _announcer.Look();
        Turn((One, null), (Two, null));
        Expect("203.0.113.10/32", "2001:db8::10/128");
        Assert.Equal(["announced again 203.0.113.10/32 and 1 more its route was gone"], Told());
    }

    [Fact]
    public void Routes_of_others_stay_and_one_in_the_place_of_ours_is_told()
    {
        var theirs = new Route(IpFamily.Ipv4, Table, RouteType.Unicast, One)
        {
            Link = ModelKernel.Link,
            Protocol = RoutingProtocol.Static,
        };
        var alike = theirs with { Metric = 7, Protocol = RoutingProtocol.NfqlbAnnounced };
        _kernel.AddForeign(theirs);
        _kernel.AddForeign(alike);
        Turn((One, null), (Two, null));
        Assert.False(_announcer.All[0].IsAnnounced);
        Assert.StartsWith("table 4000 has a route of somebody else in its place", _announcer.All[0].Reason);

        _kernel.Routes.Remove(theirs);
        Pass(1.1, (One, null), (Two, null));
        Assert.True(_announcer.All[0].IsAnnounced);
        Assert.True(_announcer.Withdraw());
        Assert.Equal([alike], _kernel.Routes);
    }

    [Fact]
    public void What_is_refused_is_said_not_to_be_announced_and_tried_again()
    {
        _link.IsRefused = true;
        Turn((One, null));
        Assert.Equal("tun device nfqlb-announce: no such device", _announcer.All[0].Reason);
        Pass(1.1, (One, null));
        Expect();

        _link.IsRefused = false;
        _fault.At = 1;
        Pass(1.1, (One, null));
        Assert.Equal(("change 1: Invalid argument", false), (_announcer.All[0].Reason, _announcer.All[0].IsAnnounced));
        Pass(1.1, (One, null));
        Expect("203.0.113.10/32");
        Assert.Equal(
            ["not announced 203.0.113.10/32 tun device nfqlb-announce: no such device", "announced 203.0.113.10/32 "],
            Told());
    }

    /// <summary>A withdrawal that is refused is tried again too.</summary>
    [Fact]
    public void What_cannot_be_withdrawn_is_withdrawn_later()
    {
        Turn((One, null));
        _fault.At = 3; // The first two are its route and the one behind all others.
        Turn((One, NoTarget));
        Expect("203.0.113.10/32");
        Pass(1.1, (One, NoTarget));
        Expect();
    }

    /// <summary>Also of an address that cannot be served.</summary>
    [Fact]
    public void What_is_not_queued_goes_nowhere_while_it_is_asked_for()
    {
        string[] Sinks() =>
        [
            .. _kernel.Routes.Where(route => route is { Metric: uint.MaxValue, Table.Id: 254, Protocol.Number: 79 })
                .Select(route => route.Destination.ToPlainString()).Order(),
        ];
        Turn((One, null), (Two, NoTarget));
        Assert.Equal(["2001:db8::10/128", "203.0.113.10/32"], Sinks());
        _kernel.Routes.Clear();
        _announcer.Look();
        Turn((One, null), (Two, NoTarget));
        Assert.Equal(2, Sinks().Length);
        _link.Vanish();
        _announcer.Look();
        Turn((One, null), (Two, NoTarget));
        Assert.Equal(2, Sinks().Length);

        Turn((Two, NoTarget));
        Assert.Equal(["2001:db8::10/128"], Sinks());
        _announcer.Withdraw();
        Assert.Empty(_kernel.Routes);

        // Somebody else's in its place stays, and is no fault.
        var theirs = new Route(IpFamily.Ipv4, RoutingTable.Main, RouteType.Blackhole, One)
        {
            Metric = uint.MaxValue,
            Protocol = RoutingProtocol.Static,
        };
        _kernel.AddForeign(theirs);
        Told();
        Turn((One, null));
        Assert.Equal(["announced 203.0.113.10/32 "], Told());
        Turn();
        Assert.Equal([theirs], _kernel.Routes.Where(route => route.Table == RoutingTable.Main));
    }

    [Fact]
    public void Another_process_goes_on_with_what_stands_and_a_reload_to_another_table_leaves_nothing()
    {
        Turn((One, null));
        var before = _kernel.Routes.ToList();
        _link.IsHeldByOthers = true;
        _announcer = Another();
        _announcer.Join(Table);
        Turn((One, null), (Two, null));
        Assert.Equal(before, _kernel.Routes.Take(before.Count));
        _link.IsHeldByOthers = false;

        _announcer.Turn(new RoutingTable(4001), [(One, null), (Two, null)]);
        Assert.DoesNotContain(_kernel.Routes, route => route.Table == Table);
        Assert.Equal(2, _kernel.Routes.Count(route => route.Table.Id == 4001));
        _announcer.Turn(null, [(One, null)]);
        Assert.Empty(_kernel.Routes);
        Assert.Empty(_announcer.All);
    }

    private Announcer Another() => new(_kernel, _link, _time, _told.Add);

    private void Turn(params (Cidr, string?)[] vips) => _announcer.Turn(Table, vips);

    private void Pass(double seconds, params (Cidr, string?)[] vips)
    {
        for (double passed = 0; passed < seconds; passed += 0.1)
        {
            _time.Pass(TimeSpan.FromSeconds(0.1));
            Turn(vips);
        }
    }

    private void Expect(params string[] prefixes) => Assert.Equal(
        prefixes.Order(), _kernel.Routes.Where(route => route.Table == Table && route.Protocol.Number == 79)
            .Select(route => route.Destination.ToPlainString()).Order());

    private List<string> Told()
    {
        var lines = _told.Select(notice => $"{notice.What} {notice.Object} {notice.Reason}").ToList();
        _told.Clear();
        return lines;
    }

    private static Cidr Block(string text) =>
        DesiredVip.TryParsePrefix(text, out var block, out string reason) ? block : throw new FormatException(reason);
}
