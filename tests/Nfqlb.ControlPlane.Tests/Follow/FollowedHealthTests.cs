using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>Who follows files leaves alone what checks find, and says what there is to check.</summary>
public sealed class FollowedHealthTests : IDisposable
{
    private static readonly PoolName Web = new("web");

    private readonly FollowedHost _host = new();
    private readonly List<DesiredState> _told = [];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Health_is_not_put_back_and_stays_through_changes()
    {
        Begin(State(101));
        int looks = _told.Count;
        Set(TargetHealth.Bad);
        _host.Pass(20 * FollowedHost.Second);
        Assert.Equal(looks, _told.Count); // Nothing is looked at because of it.
        Assert.Equal(0, _host.Follower.Tally.Mended);
        Assert.Equal(TargetHealth.Bad, Slot(0)!.Value.Health);

        _host.Edit(State(101, 102));
        _host.Pass(FollowedHost.Second);
        Assert.Equal((TargetHealth.Bad, TargetHealth.Unknown), (Slot(0)!.Value.Health, Slot(1)!.Value.Health));

        // What somebody takes out is put back, and has to prove itself.
        _host.Host.Pools.Pools[Web] = _host.Host.Pools.Pools[Web].With(0, null);
        _host.Pass(5 * FollowedHost.Second);
        Assert.Equal(TargetHealth.Unknown, Slot(0)!.Value.Health);

        // And another mark is another target.
        Set(TargetHealth.Bad);
        _host.Edit(State(103, 102));
        _host.Pass(FollowedHost.Second);
        Assert.Equal(new SlotTarget(new(103)), Slot(0));
    }

    [Fact]
    public void Who_checks_is_told_what_is_in_force_and_not_what_is_refused()
    {
        Begin(State(101));
        Assert.Equal([101], Told());
        _host.Edit(State(101, 102));
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 102], Told());

        _host.Source.Text = "pools: [{name: web, N: x}]";
        _host.Monitor.Happen(Linux.Monitor.HostChanges.Files);
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 102], Told());
    }

    [Fact]
    public void A_command_that_changes_checks_alone_is_heard_of()
    {
        Begin(State(101));
        var pool = _host.Asked.Pools[0] with { PanicPercent = 50 };
        _host.Host.Reconciler.Carry(new(Planning.Plans.Scope.Everything, before => before.With(pool)));
        _host.Pass(2 * FollowedHost.Second);
        Assert.Equal(50, _told[^1].Pools[0].PanicPercent);
    }

    private void Begin(DesiredState state)
    {
        _host.Told = _told.Add;
        _host.Write(state);
        _host.Restarted().Start();
        _host.Pass(2 * FollowedHost.Second);
    }

    private void Set(TargetHealth health) => _host.Host.Pools.SetHealth(Web, [new(0, new(101), health)]);

    private SlotTarget? Slot(int slot) => _host.Host.Pools.Pools[Web].Slots[slot];

    private int[] Told() => [.. _told[^1].Targets.Select(pair => pair.Target.Mark.Value)];

    private static DesiredState State(params int[] marks) => DesiredState.Empty with
    {
        Pools =
        [
            new DesiredPool(Web, new(new(31, 4)), new(0))
            {
                Targets =
                [
                    .. marks.Select((mark, slot) => new DesiredTarget
                    {
                        Slot = slot, Mark = new(mark), Via4 = Address.FromIpv4(0xac100100 + (uint)mark),
                    }),
                ],
            },
        ],
    };
}
