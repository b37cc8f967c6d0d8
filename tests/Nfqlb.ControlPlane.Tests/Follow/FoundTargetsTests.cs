using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Monitor;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Plans;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>What becomes of targets that somebody finds.</summary>
public sealed class FoundTargetsTests : IDisposable
{
    private const string File = "pools: [{name: web, N: 4, from: {kubernetes: {namespace: web, service: shop}}}]";

    /// <summary>Outside of what the model has a link to.</summary>
    private const int Nowhere = 0x1000;

    private static readonly KubernetesService Shop = new("web", "shop");
    private static readonly PoolName Web = new("web");
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(400);

    private readonly FollowedHost _host = new();

    public FoundTargetsTests() => _host.Source.Text = File;

    private string Targets => string.Join(
        ", ", _host.Asked.Targets.Select(pair => $"{pair.Target} {pair.Target.Slot} {pair.Target.Mark}"));

    public void Dispose() => _host.Dispose();

    [Fact]
    public void They_come_and_go_as_they_are_found_and_others_keep_their_places()
    {
        _host.Follower.Start();
        Assert.Equal([Shop], _host.Discovery.Followed);
        Assert.Equal("", Targets);
        Find(("a", 2), ("b", 3));
        Assert.Equal("a 0 10000, b 1 10001", Targets);
        Assert.Equal([10000, 10001], Marks());
        Assert.Contains(_host.Host.Kernel.Routes, route => route.Table.Id == 10001);
        Find(("b", 3), ("c", 4));
        Assert.Equal("c 0 10002, b 1 10001", Targets);
        Assert.DoesNotContain(_host.Host.Kernel.Routes, route => route.Table.Id == 10000);
    }

    [Fact]
    public void After_a_restart_what_was_found_last_holds_until_something_is_known()
    {
        _host.Follower.Start();
        Find(("a", 2), ("b", 3));
        string before = _host.Host.Picture;
        _host.RestartedWithoutKnowledge().Start();
        _host.Pass(5 * FollowedHost.Second);
        Assert.Equal(before, _host.Host.Picture);
        Find(("b", 3));
        Assert.Equal("b 1 10001", Targets);
        Find();
        Assert.Equal("", Targets);
    }

    [Fact]
    public void What_commands_have_changed_of_one_holds_until_something_new_is_found_of_it()
    {
        _host.Follower.Start();
        Find(("a", 2), ("b", 3));
        _host.Host.Reconciler.Carry(new DesiredChange(Scope.Targets, before => before with
        {
            Pools = [before.Pools[0] with
            {
                Targets = [before.Pools[0].Targets[0] with { Weight = 7 }, before.Pools[0].Targets[1]],
            }],
        }));
        Find(("a", 2), ("b", 3), ("c", 4));
        Assert.Equal(7, _host.Asked.Targets.First().Target.Weight);
        Find(("a", 5), ("b", 3), ("c", 4));
        Assert.Equal(1, _host.Asked.Targets.First().Target.Weight);
    }

    /// <summary>One pod on a node that cannot be reached must not keep the others away.</summary>
    [Fact]
    public void One_that_nothing_leads_to_waits_and_the_others_serve()
    {
        _host.Follower.Start();
        Find(("a", Nowhere), ("b", 3));
        Assert.Equal("a 0 10000, b 1 10001", Targets);
        Assert.Equal(TargetState.Down, _host.Asked.Targets.First().Target.State);
        Assert.Contains("nothing leads to 172.16.17.0", Assert.Single(_host.Follower.Status.LeftOut));
        Assert.Empty(_host.Follower.Status.Complaints);

        Find(("a", 2), ("b", 3));
        Assert.Equal(TargetState.Up, _host.Asked.Targets.First().Target.State);
        Assert.Empty(_host.Follower.Status.LeftOut);
    }

    [Fact]
    public void One_that_nothing_leads_to_is_tried_again_when_a_link_comes()
    {
        _host.Follower.Start();
        _host.Host.Kernel.IsLinkUp = false;
        Find(("a", 2));
        Assert.Equal(TargetState.Down, _host.Asked.Targets.Single().Target.State);
        _host.Host.Kernel.IsLinkUp = true;
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(3 * FollowedHost.Second);
        Assert.Equal(TargetState.Up, _host.Asked.Targets.Single().Target.State);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("pools: [")]
    public void A_file_that_is_wrong_keeps_nobody_from_coming_and_going(string? text)
    {
        _host.Follower.Start();
        Find(("a", 2));
        _host.Source.Text = text;
        _host.Monitor.Happen(HostChanges.Files);
        _host.Pass(Soon);
        Assert.NotEmpty(_host.Follower.Status.Complaints);
        Find(("a", 2), ("b", 3));
        Assert.Equal("a 0 10000, b 1 10001", Targets);
        Assert.NotEmpty(_host.Follower.Status.Complaints);
    }

    [Fact]
    public void A_place_that_cannot_be_asked_is_told_once()
    {
        _host.Follower.Start();
        Find(("a", 2));
        _host.Discovery.Problem = "403 Forbidden";
        _host.Pass(3 * FollowedHost.Second);
        var told = Assert.Single(_host.Notices, notice => notice.IsWarning);
        Assert.Equal(("targets are not followed", "kubernetes web/shop", "403 Forbidden"),
            (told.What, told.Object, told.Reason));
        Assert.Equal("403 Forbidden", _host.Follower.Status.Sources.Single().Problem);
        _host.Discovery.Problem = null;
        _host.Pass(FollowedHost.Second);
        Assert.Equal("targets are followed again", _host.Notices[^1].What);
    }

    [Fact]
    public void A_thousand_changes_in_a_second_are_few_looks()
    {
        _host.Follower.Start();
        Find(("a", 2));
        int before = _host.Discovery.Looks;
        _host.Discovery.IsRestless = true;
        for (int i = 0; i < 1000; i++)
        {
            _host.Monitor.Happen(HostChanges.None, TimeSpan.FromMilliseconds(i));
        }
        _host.Pass(FollowedHost.Second);
        Assert.InRange(_host.Discovery.Looks - before, 2, 6);
    }

    private void Find(params (string Name, int Octet)[] pods)
    {
        _host.Discovery.Find(Shop, pods);
        _host.Monitor.Happen(HostChanges.None);
        _host.Pass(Soon);
    }

    private int[] Marks() => [.. _host.Host.Pools.Pools[Web].Marks.Where(mark => mark >= 0).Order()];
}
