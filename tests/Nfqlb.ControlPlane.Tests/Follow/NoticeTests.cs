using Nfqlb.ControlPlane.Execute;
using Nfqlb.Linux;
using Nfqlb.Linux.Monitor;
using Nfqlb.Planning.Plans;
using static Nfqlb.ControlPlane.Tests.Follow.FollowedHost;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>What is told of changes: who asked for them, and what was done.</summary>
public sealed class NoticeTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly FollowedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Who_asked_and_what_was_done_is_told()
    {
        _host.Write(State(Target("red", 0, 101), Target("blue", 1, 102)));
        _host.Follower.Start();
        var begun = _host.Notices.Single(notice => notice.What == "configuration in force");
        Assert.Equal("the start", begun.By);
        Assert.Contains(begun.Done, line => line.Contains("lookup 101"));

        _host.Edit(State(Target("red", 0, 101)));
        _host.Pass(Soon);
        Assert.Equal("the file", _host.Notices[^1].By);
        _host.Follower.Reload();
        _host.Monitor.Happen(HostChanges.Files);
        _host.Pass(Soon);
        Assert.Equal("SIGHUP", _host.Notices[^1].By);

        // Nothing of it shows on the host.
        _host.Source.Text += "\nfast_path: {links: [eth0], exit: redirect}\n";
        _host.Monitor.Happen(HostChanges.Files);
        _host.Pass(Soon);
        Assert.StartsWith(
            "nothing to do on the host; fast_path at eth0, exit redirect, ", _host.Notices[^1].Reason);
        Assert.Equal(["~ fast_path at eth0, exit redirect"], _host.Notices[^1].Done);

        // Another one writes the same state: a command.
        new Reconciler(_host.Host.Surroundings, _host.Host.Store).Carry(new DesiredChange(
            Scope.Everything, _ => State(Target("red", 0, 101), Target("gold", 2, 103))));
        _host.Pass(FollowedHost.Second);
        var command = _host.Notices.Single(notice => notice.What == "asked for by command");
        Assert.Equal($"process {Environment.ProcessId} of user {LocalUser.Current}", command.By);
        Assert.Equal(["~ fast_path", "+ target web/gold"], command.Done);

        _host.Host.Kernel.Routes.RemoveAll(route => route.Table.Id == 103);
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(FollowedHost.Second);
        Assert.Equal("drift", _host.Notices.Single(notice => notice.What == "put back").By);
    }
}
