using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Store;
using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Monitor;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Planning.Plans;
using Nfqlb.Routing;
using static Nfqlb.ControlPlane.Tests.Follow.FollowedHost;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>What is done about a file, and about what others do, when, and how often.</summary>
public sealed class FollowerTests : IDisposable
{
    private static readonly DesiredState Desired = State(Target("red", 0, 101), Target("blue", 1, 102));
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly FollowedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_start_brings_about_what_the_file_asks_for()
    {
        Begin();

        Assert.Equal([101, 102], Marks());
        Assert.NotNull(_host.Follower.Status.InForceSince);
        Assert.Contains(_host.Host.Kernel.Routes, route => route.Table.Id == 101);
        Assert.Equal([101u, 102u], _host.Monitor.Tables.Select(table => table.Id).Order());
    }

    /// <summary>Whoever finds nobody here later knows what was run.</summary>
    [Fact]
    public void The_files_are_noted_with_what_they_ask_for()
    {
        Begin();
        Assert.Equal(_host.Source.Paths, StateStore.LookSource(_host.Host.Store)!.Files);
    }

    [Fact]
    public void A_bad_or_missing_file_ends_a_start_and_changes_nothing()
    {
        string before = _host.Host.Picture;
        Assert.Throws<SourceException>(_host.Follower.Start);
        _host.Source.Text = "pools: [{name: web, N: x}]";
        string told = Assert.Throws<InvalidStateException>(_host.Follower.Start).Message;
        Assert.Equal("model.yaml:1: pools[0].N: [x] must be a whole number from 1 to 65535", told);
        Assert.Equal(before, _host.Host.Picture);
    }

    [Theory]
    [InlineData("pools:\n- {name: web, N: 4, targets: [{mark: 101, via: 10.9.9.9}]}",
        "model.yaml:2: pools[0].targets[0].via: nothing leads there")]
    [InlineData("links:\n  lb9:\n    rx-gro: true", "model.yaml:3: links[lb9].rx-gro: there is no link [lb9]")]
    public void What_the_host_would_refuse_is_told_by_its_line_and_changes_nothing(string text, string expected)
    {
        string before = _host.Host.Picture;
        _host.Source.Text = text;
        Assert.Equal(expected, Assert.ThrowsAny<InvalidStateException>(_host.Follower.Start).Message);
        Assert.Equal((before, 0), (_host.Host.Picture, _host.Host.Fault.Changes));

        Begin();
        _host.Source.Text = text;
        _host.Monitor.Happen(HostChanges.Files);
        _host.Pass(Soon);
        Assert.Equal(expected, Assert.Single(_host.Follower.Status.Complaints));
        Assert.Equal([101, 102], Marks());
    }

    [Fact]
    public void A_changed_file_is_in_force_soon()
    {
        Begin();
        _host.Edit(State(Target("red", 0, 101), Target("green", 2, 103)));
        _host.Pass(Soon);
        Assert.Equal([101, 103], Marks());
        Assert.Equal(2, _host.Follower.Tally.Changed);
    }

    [Theory]
    [InlineData("pools: [{name: web, N: x}]", "configuration is wrong: what was in force stays")]
    [InlineData("", "configuration is wrong: what was in force stays")]
    [InlineData(null, "configuration cannot be read: what was in force stays")]
    public void A_bad_file_changes_nothing_is_told_once_and_a_good_one_ends_it(string? text, string what)
    {
        Begin();
        string before = _host.Host.Picture;
        _host.Source.Text = text;
        _host.Monitor.Happen(HostChanges.Files);
        _host.Monitor.Happen(HostChanges.Files, FollowedHost.Second);
        _host.Pass(5 * FollowedHost.Second);

        Assert.Equal(before, _host.Host.Picture);
        Assert.Equal(what, Assert.Single(_host.Notices, notice => notice.IsWarning).What);
        Assert.StartsWith("model.yaml", Assert.Single(_host.Follower.Status.Complaints));
        Assert.NotEqual(0, _host.Follower.Tally.Invalid);

        _host.Edit(State(Target("red", 0, 101)));
        _host.Pass(2 * FollowedHost.Second);
        Assert.Equal([101], Marks());
        Assert.Empty(_host.Follower.Status.Complaints);
        Assert.Null(_host.Follower.Status.ComplainedSince);
    }

    /// <summary>What the host refuses today it may take tomorrow, without another event.</summary>
    [Fact]
    public void A_file_that_is_refused_is_tried_again()
    {
        Begin();
        string before = _host.Host.Picture;
        _host.Host.Fault.At = _host.Host.Fault.Changes + 2;
        _host.Edit(State(Target("red", 0, 101), Target("green", 2, 103)));
        _host.Pass(Soon);
        Assert.Equal(before, _host.Host.Picture);
        Assert.Equal(1, _host.Follower.Tally.Refused);
        Assert.NotEmpty(_host.Follower.Status.Complaints);

        _host.Pass(2 * FollowedHost.Second);
        Assert.Equal([101, 103], Marks());
        Assert.Empty(_host.Follower.Status.Complaints);
    }

    /// <summary>It is no fault of the file's, so the file is tried again.</summary>
    [Fact]
    public void What_keeps_the_note_from_being_read_is_waited_for()
    {
        Begin();
        string store = $"/dev/shm/{_host.Host.Store}";
        byte[] note = File.ReadAllBytes(store);
        File.WriteAllText(store, "torn");
        _host.Edit(State(Target("red", 0, 101), Target("green", 2, 103)));
        _host.Pass(Soon);
        Assert.Contains("not a wanted state", Assert.Single(_host.Follower.Status.Complaints));
        Assert.Equal([101, 102], Marks());

        File.WriteAllBytes(store, note);
        _host.Pass(8 * FollowedHost.Second);
        Assert.Equal([101, 103], Marks());
        Assert.Empty(_host.Follower.Status.Complaints);
    }

    /// <summary>SIGHUP, while the host would not have it.</summary>
    [Fact]
    public void What_was_asked_for_anew_is_so_once_it_can_be()
    {
        Begin();
        _host.Host.Reconciler.Carry(new DesiredChange(Scope.Targets, before => before with
        {
            Pools = [before.Pools[0] with { Targets = [before.Pools[0].Targets[0]] }],
        }));
        _host.Host.Fault.At = _host.Host.Fault.Changes + 2;
        _host.Follower.Reload();
        _host.Pass(Soon);
        Assert.Equal([101], Marks());
        _host.Pass(3 * FollowedHost.Second);
        Assert.Equal([101, 102], Marks());
    }

    [Fact]
    public void What_others_take_away_is_back_within_a_second()
    {
        Begin();
        string before = _host.Host.Picture;
        _host.Host.Kernel.Routes.RemoveAll(route => route.Table.Id == 101);
        _host.Host.Kernel.Rules.RemoveAt(0);
        _host.Host.Kernel.ChangeVips(null);
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(FollowedHost.Second);
        Assert.Equal(before, _host.Host.Picture);

        // Of these nobody tells.
        _host.Host.Pools.Pools.Remove(Web);
        _host.Host.Flows.Delete(new("http"));
        _host.Pass(FollowedHost.Second);
        Assert.Equal(before, _host.Host.Picture);
        Assert.True(_host.Follower.Tally.Mended >= 5);
    }

    [Fact]
    public void What_nobody_tells_of_is_found_in_a_minute()
    {
        Begin();
        string before = _host.Host.Picture;
        _host.Host.Kernel.ChangeVips(null);
        _host.Pass(62 * FollowedHost.Second);
        Assert.Equal(before, _host.Host.Picture);
    }

    /// <summary>A route of somebody else's in the place of one of ours stays, and does not keep the rest.</summary>
    [Fact]
    public void What_cannot_be_put_back_is_told_and_does_not_keep_the_rest()
    {
        Begin();
        var ours = _host.Host.Kernel.Routes.Single(route => route.Table.Id == 101 && route.Gateway is not null);
        var theirs = ours with { Gateway = Address.FromIpv4(0xac1001fe), Protocol = RoutingProtocol.Boot };
        _host.Host.Kernel.Routes.RemoveAll(route => route.Table.Id is 101 or 102 && route.Gateway is not null);
        _host.Host.Kernel.AddForeign(theirs);
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(10 * FollowedHost.Second);

        Assert.Contains(theirs, _host.Host.Kernel.Routes);
        Assert.Contains(_host.Host.Kernel.Routes, route => route.Table.Id == 102 && route.Gateway is not null);
        Assert.Contains("somebody else", Assert.Single(_host.Follower.Status.Refused));
        Assert.Single(_host.Notices, notice => notice.What == "cannot be put back");

        _host.Host.Kernel.Routes.Remove(theirs);
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(FollowedHost.Second);
        Assert.Contains(_host.Host.Kernel.Routes, route => route.Table.Id == 101 && route.Gateway == ours.Gateway);
        Assert.Empty(_host.Follower.Status.Refused);
    }

    [Fact]
    public void Somebody_who_changes_one_thing_again_and_again_is_told_of_and_followed_ever_more_slowly()
    {
        Begin();
        int times = 0;
        for (var end = _host.Now + 300 * FollowedHost.Second; _host.Now < end;)
        {
            times += _host.Host.Kernel.Vips is null ? 0 : 1;
            _host.Host.Kernel.ChangeVips(null);
            _host.Monitor.Happen(HostChanges.Vips);
            _host.Pass(FollowedHost.Second);
        }
        Assert.InRange(times, 8, 16);
        Assert.Single(_host.Follower.Status.Contested);
        Assert.Single(_host.Notices, notice => notice.What == "changed by others again and again");

        _host.Pass(300 * FollowedHost.Second);
        Assert.NotNull(_host.Host.Kernel.Vips);
        Assert.Empty(_host.Follower.Status.Contested);
    }

    [Fact]
    public void Looks_are_few_however_much_happens()
    {
        Begin();
        for (int i = 0; i < 10_000; i++)
        {
            _host.Monitor.Happen(HostChanges.Routing, TimeSpan.FromMilliseconds(i));
        }
        int looks = _host.Host.Kernel.Looks;
        _host.Pass(10 * FollowedHost.Second);
        Assert.InRange(_host.Host.Kernel.Looks - looks, 40, 51);

        looks = _host.Host.Kernel.Looks;
        int wakes = _host.Monitor.Wakes;
        _host.Pass(600 * FollowedHost.Second);
        Assert.InRange(_host.Host.Kernel.Looks - looks, 9, 11);
        Assert.InRange(_host.Monitor.Wakes - wakes, 1000, 1300);
    }

    /// <summary>What a command says holds until the file says something new of it, over restarts too.</summary>
    [Fact]
    public void What_commands_say_stays_beside_the_file()
    {
        Begin();
        _host.Host.Reconciler.Carry(new DesiredChange(Scope.Targets, before => before with
        {
            Pools = [before.Pools[0] with { Targets = [before.Pools[0].Targets[0], Target("hand", 2, 109)] }],
        }));
        _host.Pass(2 * FollowedHost.Second);
        Assert.Equal([101, 109], Marks());

        _host.Restarted().Start();
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 109], Marks());

        _host.Edit(State(Target("red", 0, 101), Target("blue", 1, 102), Target("gold", 3, 104)));
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 104, 109], Marks());

        _host.Follower.Reload();
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 102, 104, 109], Marks());

        _host.Host.Reconciler.Reset(takesForeign: false);
        _host.Pass(FollowedHost.Second);
        Assert.Empty(_host.Host.Pools.Pools);
        _host.Edit(Desired);
        _host.Pass(FollowedHost.Second);
        Assert.Equal([101, 102], Marks());
    }

    /// <summary>A command was killed: what it had begun goes, though somebody else's route is in the way of another
    /// change.</summary>
    [Fact]
    public void What_a_killed_command_has_begun_is_put_right()
    {
        Begin();
        var theirs = _host.Host.Kernel.Routes.Single(route => route.Table.Id == 101 && route.Gateway is not null) with
        {
            Gateway = Address.FromIpv4(0xac1001fe), Protocol = RoutingProtocol.Boot,
        };
        using (var killed = StateStore.Lock(_host.Host.Store))
        {
            killed.Begin(State(Target("red", 0, 101), Target("blue", 1, 102), Target("green", 2, 103)));
        }
        _host.Host.Pools.Pools[Web] = _host.Host.Pools.Pools[Web].With(2, new SlotTarget(new FirewallMark(103)));
        _host.Host.Kernel.Routes.RemoveAll(route => route.Table.Id == 101 && route.Gateway is not null);
        _host.Host.Kernel.AddForeign(theirs);
        _host.Pass(FollowedHost.Second);

        Assert.Equal([101, 102], Marks());
        Assert.False(_host.Host.Reconciler.IsUnfinished);
        Assert.Contains(theirs, _host.Host.Kernel.Routes);
    }

    /// <summary>Tried again because of a link, perhaps; but not five times a second while links come and go.</summary>
    [Fact]
    public void A_refused_file_is_not_tried_for_each_event()
    {
        Begin();
        _host.Host.Kernel.IsLinkUp = false;
        _host.Edit(State(Target("red", 0, 101), Target("green", 2, 103)));
        for (int i = 0; i < 6000; i++)
        {
            _host.Monitor.Happen(HostChanges.Routing, TimeSpan.FromMilliseconds(100 * i));
            _host.Monitor.Happen(HostChanges.Files, TimeSpan.FromMilliseconds(100 * i));
        }
        _host.Pass(600 * FollowedHost.Second);
        Assert.InRange(_host.Follower.Tally.Refused, 10, 120);

        _host.Host.Kernel.IsLinkUp = true;
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(8 * FollowedHost.Second);
        Assert.Equal([101, 103], Marks());
    }

    /// <summary>The first file is all that is asked for, as with `apply`.</summary>
    [Fact]
    public void What_was_applied_before_the_first_start_goes_where_the_file_does_not_have_it()
    {
        _host.Host.Apply(State(Target("red", 0, 101), Target("old", 3, 108)));
        Begin();
        Assert.Equal([101, 102], Marks());
    }

    private void Begin()
    {
        _host.Write(Desired);
        _host.Follower.Start();
    }

    private int[] Marks() =>
        [.. _host.Host.Pools.Pools[Web].Marks.Where(mark => mark >= 0).Order()];
}
