using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Planning.Announce;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Tests.Announce;

/// <summary>What it takes to serve a virtual address.</summary>
public class ServabilityTests
{
    private static readonly Cidr Vip = Block("203.0.113.10");
    private static readonly Cidr Vips = Block("203.0.113.64/28");

    private readonly Dictionary<string, PoolStanding> _pools = new()
    {
        ["web"] = new(Able: 2, Needed: 1),
        ["dns"] = new(Able: 1, Needed: 2),
    };

    [Fact]
    public void All_pools_behind_it_must_be_able_or_one_where_that_is_enough()
    {
        var web = Flow("a", "web", "203.0.113.10/32");
        var dns = Flow("b", "dns", "203.0.113.0/24");
        Assert.Null(Of(web).ReasonAgainst(Vip));
        string reason = "1 of the targets of pool [dns] can take packets, and 2 must";
        Assert.Equal(reason, Of(web, dns).ReasonAgainst(Vip));
        Assert.Null((Of(web, dns) with { NeedsOnePool = true }).ReasonAgainst(Vip));
        Assert.Equal(reason, (Of(dns) with { NeedsOnePool = true }).ReasonAgainst(Vip));
        Assert.Equal("there is no pool [gone]", Of(web, Flow("c", "gone")).ReasonAgainst(Vip));
    }

    [Fact]
    public void A_flow_is_for_it_that_touches_it_or_names_no_destination()
    {
        Assert.Equal("no flow is for it", Of(Flow("a", "web", "203.0.113.11/32", "2001:db8::/32")).ReasonAgainst(Vip));
        Assert.Null(Of(Flow("a", "web")).ReasonAgainst(Vip));
        Assert.Null(Of(Flow("a", "web", "203.0.113.70/32")).ReasonAgainst(Vips));
        Assert.Null(Of(Flow("a", "web", "203.0.113.0/24")).ReasonAgainst(Vips));
        Assert.NotNull(Of(Flow("a", "web", "203.0.113.80/32")).ReasonAgainst(Vips));
    }

    [Fact]
    public void Its_packets_must_come_to_this_balancer_and_leave_it()
    {
        var good = Of(Flow("a", "web"));
        Assert.Equal("its packets are not queued", (good with { Queued = null }).ReasonAgainst(Vip));
        Assert.Equal("its packets are not queued", good.ReasonAgainst(Block("203.0.113.12")));
        Assert.Equal(
            "its packets go to queues 0:3, and this balancer reads 1:3",
            (good with { Read = Queues(1, 3) }).ReasonAgainst(Vip));
        Assert.Null((good with { Read = Queues(0, 7) }).ReasonAgainst(Vip));
        Assert.Equal("queue 1 is not bound", (good with { Faults = ["queue 1 is not bound"] }).ReasonAgainst(Vip));
    }

    [Fact]
    public void Targets_count_that_may_be_given_connections()
    {
        var pool = PoolContent.Empty(new PoolShape(new PoolSize(11, 5)), new PoolSettings(0) { MinActive = 2 })
            .With(0, new SlotTarget(new(101)))
            .With(1, new SlotTarget(new(102)) { State = TargetState.Drain })
            .With(2, new SlotTarget(new(103)) { Health = TargetHealth.Bad })
            .With(4, new SlotTarget(new(104)) { Weight = 0 });
        Assert.Equal(new PoolStanding(1, 2), PoolStanding.Of(pool));
        Assert.False(PoolStanding.Of(pool).IsEnough);
        Assert.True(PoolStanding.Of(pool.With(3, new SlotTarget(new(105)) { Priority = 7 })).IsEnough);
    }

    private Servability Of(params Flow[] flows) => new(
        Queues(0, 3), VipTableContent.Of([Vip, Vips], new DesiredQueues()), [], new VipPools([Vip, Vips], flows),
        pool => _pools.TryGetValue(pool.Text, out var standing) ? standing : null, NeedsOnePool: false);

    private static QueueRange Queues(ushort first, ushort last) => new(new(first), new(last));

    private static Flow Flow(string name, string pool, params string[] dsts) =>
        new FlowText
        {
            Name = name,
            Target = pool,
            Destinations = dsts.Length == 0 ? null : string.Join(',', dsts),
        }.Parse();

    private static Cidr Block(string text) =>
        DesiredVip.TryParsePrefix(text, out var block, out string reason) ? block : throw new FormatException(reason);
}
