using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Tests.Support;

namespace Nfqlb.ControlPlane.Tests.Execute;

/// <summary>Random states on a model of a host: what is desired is there afterwards, or exactly what was
/// before.</summary>
public class ReconcilerTests
{
    private const int Rounds = 60;

    [Fact]
    public void What_is_desired_is_there_and_the_same_again_changes_nothing() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        using var host = new ModelHost();
        states.AddForeign(host);
        string foreign = host.Picture;
        for (int i = 0; i < Rounds; i++)
        {
            var desired = states.Desired();
            host.Apply(desired);
            string once = host.Picture;
            int changes = host.Fault.Changes;

            Assert.Empty(host.Apply(desired).Lines);
            Assert.Equal((once, changes), (host.Picture, host.Fault.Changes));
            CheckFlows(desired, host);
        }
        host.Reconciler.Reset(takesForeign: false);
        Assert.Equal(foreign, host.Picture);
    });

    /// <summary>On the way from one state to another, beside what others have.</summary>
    [Fact]
    public void A_refusal_at_any_change_leaves_exactly_what_was_before() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        int refusals = 0;
        for (int i = 0; i < Rounds / 4; i++)
        {
            using var host = new ModelHost();
            states.AddForeign(host);
            host.Apply(states.Desired());
            var desired = states.Desired();
            string before = host.Picture;
            for (int n = 1; ; n++, refusals++)
            {
                host.Fault.At = host.Fault.Changes + n;
                try
                {
                    host.Apply(desired);
                    break;
                }
                catch (SystemCallException)
                {
                    Assert.Equal($"refused at {n}\n{before}", $"refused at {n}\n{host.Picture}");
                }
            }
            host.Fault.At = 0;
            Assert.Empty(host.Apply(desired).Lines);
        }
        Assert.True(refusals > Rounds, $"only {refusals} refusals");
    });

    [Fact]
    public void What_was_made_by_hand_survives_a_document_that_is_refused()
    {
        using var host = new ModelHost();
        new RandomHost(new Random(1)).AddForeign(host);
        string before = host.Picture;
        host.Fault.At = 3;
        var pool = new DesiredPool(new("web"), new(new(31, 4)), new(0))
        {
            Targets = [new() { Slot = 0, Mark = new(101), Via4 = Packets.Address.FromIpv4(0xac100102) }],
        };

        Assert.Throws<Linux.Netlink.NetlinkException>(() => host.Apply(DesiredState.Empty with { Pools = [pool] }));

        Assert.Equal(before, host.Picture);
    }

    /// <summary>It is told of in its own words, and not among what was done.</summary>
    [Fact]
    public void A_route_that_waits_for_its_link_is_not_said_to_be_there()
    {
        using var host = new ModelHost();
        var target = new DesiredTarget
        {
            Slot = 0, Mark = new(101), Name = "red", Via4 = Packets.Address.FromIpv4(0xac100102),
        };
        var pool = new DesiredPool(new("web"), new(new(31, 4)), new(0)) { Targets = [target] };
        var desired = DesiredState.Empty with { Pools = [pool] };
        host.Apply(desired);
        host.Kernel.IsLinkUp = false;
        host.Kernel.Routes.RemoveAll(route => route.Gateway is not null);

        var again = host.Reconciler.Carry(new(Scope.Everything, _ => desired with { Rules = RuleLayout.Flat }));

        Assert.Equal("Target [web/red] waits for its link", Assert.Single(again.Warnings)[..35]);
        Assert.Single(again.Waiting);
        Assert.NotEmpty(again.Changes);
        Assert.DoesNotContain(again.Changes, change => change is RouteChange { After.Gateway: not null });
    }

    [Fact]
    public void Reset_takes_what_others_have_made_when_it_is_told_to()
    {
        using var host = new ModelHost();
        new RandomHost(new Random(1)).AddForeign(host);
        host.Reconciler.Reset(takesForeign: true);
        Assert.Empty(host.Flows.Read()!);
        Assert.Empty(host.Pools.Pools);
    }

    [Fact]
    public void A_pool_or_flow_of_others_in_the_way_is_refused_and_taken_over_when_asked()
    {
        using var host = new ModelHost();
        var states = new RandomHost(new Random(1));
        states.AddForeign(host);
        string before = host.Picture;
        var pool = new DesiredPool(new("hand"), new(new(31, 4)), new(0))
        {
            Targets = [new() { Slot = 1, Mark = new(101), Via4 = Packets.Address.FromIpv4(0xac100102) }],
        };
        var desired = DesiredState.Empty with { Pools = [pool] };

        string told = Assert.Throws<InvalidStateException>(() => host.Apply(desired)).Message;

        Assert.Contains("somebody else has put mark 77 into slot 1", told);
        Assert.Equal(before, host.Picture);
        host.Apply(desired, adopts: true);
        Assert.Equal(101, host.Pools.Pools[new("hand")].Slots[1]?.Mark.Value);
    }

    /// <summary>Those that were asked for stand in the order that was asked for.</summary>
    private static void CheckFlows(DesiredState desired, ModelHost host)
    {
        var names = desired.Flows.Select(flow => flow.Name).ToHashSet();
        Assert.Equal(
            desired.Flows.OrderByDescending(flow => flow.Priority).Select(flow => flow.Name),
            host.Flows.Read()!.Where(flow => names.Contains(flow.Name)).Select(flow => flow.Name));
    }
}
