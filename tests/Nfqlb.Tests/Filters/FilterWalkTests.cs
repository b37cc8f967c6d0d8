using Nfqlb.Filters;
using Nfqlb.Flows;
using Nfqlb.Packets;
using Nfqlb.Queues;

namespace Nfqlb.Tests.Filters;

/// <summary>What becomes of a packet in the chains of others.</summary>
public class FilterWalkTests
{
    private static readonly Address Vip = Address.FromIpv4(0xcb007101);
    private static readonly FilteredPacket Http = new(Vip)
    {
        Protocol = IpProtocol.Tcp, DestinationPort = 80, IncomingLink = "eth0",
    };
    private static readonly AddressCondition ToVip = new(IsSource: false, new Cidr(Vip, 128));
    private static readonly QueueRule Queues = new(new QueueRange(new QueueNumber(0), new QueueNumber(3)));
    private static readonly FilterRule Queue = new([ToVip], FilterVerdict.Queue) { Queue = Queues };

    [Fact]
    public void The_first_rule_that_holds_decides()
    {
        Assert.Equal(Queues, Walk(Chain("a", Queue)).Queue);
        Assert.Null(Walk(Chain("a", new([ToVip], FilterVerdict.Accept), Queue)).Queue);
        Assert.Equal("ip t a", $"{Walk(Chain("a", new([ToVip], FilterVerdict.Drop), Queue)).DroppedBy}");
        var others = new FilterRule([ToVip with { IsInverted = true }], FilterVerdict.Drop);
        Assert.Equal(Queues, Walk(Chain("a", others, Queue)).Queue);
    }

    [Fact]
    public void What_no_rule_decides_the_policy_does()
    {
        Assert.NotNull(Walk(Chain("a") with { IsDropping = true }).DroppedBy);
        var accept = new FilterRule([ToVip], FilterVerdict.Accept);
        Assert.Null(Walk(Chain("a", accept) with { IsDropping = true }).DroppedBy);
        Assert.Null(Walk(Chain("a") with { IsDropping = true, Family = "ip6" }).DroppedBy);
        Assert.Null(Walk(Chain("a") with { IsDropping = true, Hook = FilterHook.Forward }).DroppedBy);
    }

    [Fact]
    public void Chains_are_walked_by_priority_and_jumps_come_back()
    {
        var jump = new FilterRule([], FilterVerdict.Jump) { Chain = "sub" };
        var leave = new FilterRule([], FilterVerdict.GoTo) { Chain = "sub" };
        var sub = Chain("sub") with { Hook = null };
        Assert.Equal(Queues, Walk(Chain("a", jump, Queue), sub).Queue);
        Assert.Null(Walk(Chain("a", leave, Queue), sub).Queue);
        var back = new FilterRule([], FilterVerdict.Return);
        var drop = new FilterRule([], FilterVerdict.Drop);
        Assert.Null(Walk(Chain("a", jump), Chain("sub", back, drop) with { Hook = null }).DroppedBy);
        Assert.Equal("ip t b", $"{Walk(Chain("a", drop), Chain("b", drop) with { Priority = -1 }).DroppedBy}");
    }

    [Fact]
    public void A_chain_that_jumps_to_itself_ends()
    {
        var walk = Walk(Chain("a", new FilterRule([], FilterVerdict.Jump) { Chain = "a" }));
        Assert.Null(walk.DroppedBy);
        Assert.Equal("ip t a", $"{Assert.Single(walk.NotInterpreted)}");
    }

    [Fact]
    public void What_is_not_known_is_neither_a_drop_nor_none()
    {
        var walk = Walk(Chain("a", new FilterRule([new UnknownCondition("ct")], FilterVerdict.Drop)));
        Assert.Null(walk.DroppedBy);
        Assert.Single(walk.NotInterpreted);
        Assert.Equal("ip t a (ct)", $"{walk.NotInterpreted[0]}");
        var accept = new FilterRule([new UnknownCondition("ct")], FilterVerdict.Accept);
        Assert.Empty(Walk(Chain("a", accept)).NotInterpreted);
        Assert.Single(Walk(Chain("a", new FilterRule([ToVip], FilterVerdict.Unknown))).NotInterpreted);
    }

    /// <summary>What may have been accepted before is not dropped for certain.</summary>
    [Fact]
    public void A_chain_that_drops_what_a_rule_that_is_not_known_may_accept()
    {
        var accept = new FilterRule([new UnknownCondition("set")], FilterVerdict.Accept);
        var walk = Walk(Chain("a", accept) with { IsDropping = true });
        Assert.Null(walk.DroppedBy);
        Assert.Equal("ip t a (set)", $"{Assert.Single(walk.NotInterpreted)}");
        // One that is for some ports alone lets others be dropped.
        var ports = new FilterRule([new PortCondition(IsSource: true, 1, 2)], FilterVerdict.Accept);
        Assert.NotNull(Walk(Chain("a", ports) with { IsDropping = true }).DroppedBy);
    }

    [Fact]
    public void What_connection_tracking_says_is_compared()
    {
        var begins = new ConnectionCondition(ConnectionStates.New | ConnectionStates.Related);
        Assert.True(begins.Holds(Http with { Connection = ConnectionStates.New }));
        Assert.False(begins.Holds(Http with { Connection = ConnectionStates.Established }));
        Assert.Null(begins.Holds(Http));
    }

    [Fact]
    public void Ports_links_protocols_and_marks_are_compared()
    {
        Assert.True(Holds(new PortCondition(IsSource: false, 80, 90)));
        Assert.False(Holds(new PortCondition(IsSource: false, 81, 90)));
        Assert.Null(Holds(new PortCondition(IsSource: true, 81, 90)));
        Assert.True(Holds(new LinkCondition(IsIncoming: true, "eth", IsPrefix: true)));
        Assert.False(Holds(new LinkCondition(IsIncoming: true, "eth", IsPrefix: false)));
        Assert.Null(Holds(new LinkCondition(IsIncoming: false, "eth0", IsPrefix: false)));
        Assert.True(Holds(new ProtocolCondition(IpProtocol.Udp) { IsInverted = true }));
        Assert.False(Holds(new FamilyCondition(IsIpv4: false)));
        Assert.True(new MarkCondition(0x10, 0xf0).Holds(Http with { Mark = 0x1f }));
    }

    [Fact]
    public void A_mark_is_followed_to_the_end()
    {
        var set = new FilterRule([ToVip], FilterVerdict.Continue) { Mark = new FilterMark(0xff, 7) };
        var drop = new FilterRule([new MarkCondition(0x107, uint.MaxValue)], FilterVerdict.Drop);
        var walk = Walk(Http with { Mark = 0x1ff }, Chain("a", set));
        Assert.Equal((0x107u, "ip t a"), (walk.Mark!.Value, $"{walk.MarkedBy}"));
        Assert.Equal("ip t b", $"{Walk(Http with { Mark = 0x1ff }, Chain("a", set), Chain("b", drop)).DroppedBy}");
        Assert.Null(Walk(Http with { Mark = 7 }, Chain("a", set)).MarkedBy);

        var perhaps = set with { Conditions = [new UnknownCondition("ct")] };
        walk = Walk(Http with { Mark = 1 }, Chain("a", perhaps));
        Assert.Equal((1u, 1), (walk.Mark!.Value, walk.NotInterpreted.Count));
        var unknown = set with { Mark = new FilterMark(uint.MaxValue, null) };
        Assert.Single(Walk(Http with { Mark = 1 }, Chain("a", unknown)).NotInterpreted);
    }

    [Fact]
    public void A_chain_of_some_links_is_for_their_packets_alone()
    {
        var chain = Chain("a") with { IsDropping = true, Links = ["eth1", "ppp*"] };
        Assert.Null(Walk(chain).DroppedBy);
        Assert.NotNull(Walk(Http with { IncomingLink = "eth1" }, chain).DroppedBy);
        Assert.NotNull(Walk(Http with { IncomingLink = "ppp7" }, chain).DroppedBy);
        var walk = Walk(Http with { IncomingLink = null }, chain);
        Assert.Null(walk.DroppedBy);
        Assert.Single(walk.NotInterpreted);
    }

    [Fact]
    public void Another_destination_ends_the_way()
    {
        var walk = Walk(Chain("a", new FilterRule([ToVip], FilterVerdict.Translate)), Chain("b", Queue));
        Assert.Equal(("ip t a", null), ($"{walk.TranslatedBy}", walk.Queue));
    }

    private static bool? Holds(FilterCondition condition) => condition.Holds(Http);

    private static FilterWalk Walk(FilteredPacket packet, params FilterChain[] chains) =>
        FilterWalk.Of(new FilterSet(chains), FilterHook.Prerouting, packet);

    private static FilterWalk Walk(params FilterChain[] chains) =>
        FilterWalk.Of(new FilterSet(chains), FilterHook.Prerouting, Http);

    private static FilterChain Chain(string name, params FilterRule[] rules) =>
        new("ip", "t", name, rules) { Hook = FilterHook.Prerouting };
}
