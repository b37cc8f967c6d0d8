using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Explain;
using Nfqlb.Planning.Objects;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Tests.Explain;

/// <summary>Who decides a packet, and why.</summary>
public class PathStationTests
{
    private static readonly Link Eth0 = new(new LinkIndex(2), "eth0", IsUp: true, HasCarrier: true, 1500);
    private static readonly FastPathState On = new(FastPathState.On, [new("eth0", FastPathState.On)]);
    private static readonly Flow Http = new FlowText { Name = "http", Target = "web", Priority = "5" }.Parse();
    private static readonly Flow NoSyn =
        new FlowText { Name = "no-syn", Target = "web", Priority = "9", Match = "tcp[13:1]&0x2=0x0" }.Parse();
    private static readonly FlowStation Chosen = new(Http, IsHelper: false, []);
    private static readonly PoolStation Pool = new(
        new PoolName("web"), 7, new PoolSize(101, 4), MarkMask.All, new Location(7, 2, new FirewallMark(102)), null);
    private static readonly Probe Tcp = new(
        new Endpoint(Address.FromIpv4(1), 1000), new Endpoint(Address.FromIpv4(2), 80), IpProtocol.Tcp);

    [Theory]
    [InlineData("decided", "kernel, at eth0")]
    [InlineData("redirected", "kernel, at eth0, straight to the target's link")]
    [InlineData("paused", "queue: flows are changing, or somebody traces or captures")]
    [InlineData("draining", "queue: its entry drains: older connections stay where they are")]
    [InlineData("pool", "queue: pool web has no room in the kernel")]
    [InlineData("flow", "queue: there is no room for all flows of its address in the kernel")]
    [InlineData("changing", "queue: the kernel leaves it alone: changing")]
    [InlineData(null, "queue: the balancer does not say why")]
    public void As_the_kernel_would_decide(string? outcome, string line) => Assert.Equal(
        line, Said(On, outcome: outcome));

    [Fact]
    public void What_the_kernel_need_not_be_asked()
    {
        Assert.Equal("queue: there is no fast path", Said(null));
        Assert.Equal("queue: the fast path is paused", Said(On with { State = "paused" }));
        Assert.Equal("queue: by which link it comes is not known", Said(On, knowsLink: false));
        Assert.Equal(
            "queue: it comes by eth0, where no fast path is", Said(On with { Links = [new("eth1", "on")] }));
        Assert.Equal(
            "queue: no fast path at eth0: there is no such link",
            Said(On with { Links = [new("eth0", "there is no such link")] }));
        Assert.Equal("queue: it has a mark already", Said(On, mark: 5));
        Assert.Equal("queue: it is ICMP", Said(On, probe: Tcp with { Protocol = IpProtocol.Icmp }));
    }

    [Fact]
    public void Why_a_flow_is_only_for_user_space_to_judge()
    {
        Assert.Equal(
            "queue: flow no-syn matches bytes", Said(On, outcome: "flow", flow: Chosen with { Chosen = NoSyn }));
        Assert.Equal(
            "queue: flow no-syn may go before, and matches bytes",
            Said(On, outcome: "flow", flow: Chosen with { Near = [new NearFlow(NoSyn, FlowConditions.Bytes)] }));
        var bySource = new FlowText { Name = "sticky", Target = "web", Hash = "src" }.Parse();
        Assert.Equal(
            "queue: flow sticky hashes src", Said(On, outcome: "flow", flow: Chosen with { Chosen = bySource }));
        Assert.Equal(
            "queue: pool web is keyed", Said(On, outcome: "pool", pool: Pool with { IsKeyed = true }));
        Assert.Equal(
            "queue: its address is none of the fast path's; those of rules made by hand need --fast-path-vips",
            Said(On, outcome: "flow", isUnknown: true));
    }

    private static string Said(
        FastPathState? fastPath, string? outcome = "decided", bool knowsLink = true, uint mark = 0,
        Probe? probe = null, FlowStation? flow = null, PoolStation? pool = null, bool isUnknown = false) =>
        Assert.Single(PathStation.Of(
            probe ?? Tcp, knowsLink ? Eth0 : null, mark, new BalancerState([]) { FastPath = fastPath }, flow ?? Chosen,
            pool ?? Pool, (_, link) => outcome is null || link != "eth0"
                ? null
                : new KernelJudgement(outcome) { IsUnknownDestination = isUnknown }).Lines);
}
