using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux;
using Nfqlb.Planning.Documents;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;
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

    [Fact]
    public void It_is_told_before_packets_are_queued_no_more() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        using var host = new ModelHost();
        int told = 0;
        for (int i = 0; i < Rounds; i++)
        {
            var before = host.Kernel.Vips?.Prefixes ?? [];
            host.ToldUnqueued.Clear();
            host.Apply(states.Desired());
            Assert.Equal(before.Except(host.Kernel.Vips?.Prefixes ?? []), host.ToldUnqueued);
            told += host.ToldUnqueued.Count;
        }
        Assert.NotEqual(0, told);
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
    public void Killed_at_any_change_it_is_put_right_by_the_next_command() => Seeded.Run(random =>
    {
        var states = new RandomHost(random);
        using var host = new ModelHost();
        states.AddForeign(host);
        string foreign = host.Picture;
        for (int i = 0; i < Rounds / 4; i++)
        {
            var before = states.Desired();
            var desired = states.Desired();
            for (int n = 1; ; n++)
            {
                host.Fault.At = 0;
                host.Apply(before);
                (host.Fault.At, host.Fault.Kills) = (host.Fault.Changes + n, true);
                try
                {
                    host.Apply(desired);
                    break;
                }
                catch (OperationCanceledException)
                {
                    Assert.True(host.Reconciler.IsUnfinished);
                }
                if (random.Next(2) == 0)
                {
                    host.Reconciler.Reset(takesForeign: false);
                    Assert.Equal($"killed at {n}\n{foreign}", $"killed at {n}\n{host.Picture}");
                }
            }
        }
    });

    [Fact]
    public void What_a_link_cannot_do_is_refused_with_its_place_and_changes_nothing()
    {
        using var host = new ModelHost();
        host.Kernel.Features[LinkFeature.Gro] = new(ModelKernel.LinkName, LinkFeature.Gro, false, IsChangeable: false);
        host.Kernel.Features.Remove(LinkFeature.UdpGroForwarding);
        string before = host.Picture;
        var document = new DocumentSource("lb.yaml", """
            vips: [203.0.113.1]
            links:
              lb0:
                rx-gro: true
                rx-udp-gro-forwarding: true
              lb9: {rx-gro: false}
            """u8.ToArray());
        var change = new DesiredChange(Scope.Everything, _ => document.Read(SlotsInUse.None)) { Document = document };
        const string told = """
            lb.yaml:4: links[lb0].rx-gro: the link cannot switch it: it is off, fixed
            lb.yaml:5: links[lb0].rx-udp-gro-forwarding: the kernel knows no such feature
            lb.yaml:6: links[lb9].rx-gro: there is no link [lb9]
            """;

        Assert.Equal(told, Assert.Throws<InvalidStateException>(() => host.Reconciler.Carry(change)).Message);
        Assert.Equal(told, Assert.Throws<InvalidStateException>(() => host.Reconciler.Preview(change)).Message);
        Assert.Equal((before, 0), (host.Picture, host.Fault.Changes));
    }

    /// <summary>What the store keeps of it goes with the last word on it.</summary>
    [Fact]
    public void What_a_link_did_before_comes_back_whoever_asked_last_and_is_anothers_from_then_on()
    {
        using var host = new ModelHost();
        var key = new LinkFeatureKey(ModelKernel.LinkName, LinkFeature.Gro);
        DesiredState Asking(bool isOn) => DesiredState.Empty with { Features = [new(key, isOn)] };
        bool IsOn() => host.Kernel.ReadFeature(key)!.IsActive;

        host.Apply(Asking(true));
        host.Reconciler.Carry(new(Scope.Targets, before => before with { Rules = RuleLayout.Flat }));
        host.Apply(Asking(false));
        host.Apply(Asking(true));
        Assert.True(IsOn());
        Assert.Equal("~ link lb0: rx-gro off", Assert.Single(host.Apply(DesiredState.Empty).Lines));
        Assert.False(IsOn());

        host.Kernel.ChangeFeature(key.Name, isOn: true);
        Assert.Empty(host.Apply(Asking(true)).Lines);
        host.Reconciler.Reset(takesForeign: false);
        Assert.True(IsOn());
    }

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
