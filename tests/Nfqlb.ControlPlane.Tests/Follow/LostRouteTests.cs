using Nfqlb.ControlPlane.Tests.Model;
using Nfqlb.Linux.Monitor;
using Nfqlb.Tests.Support;
using static Nfqlb.ControlPlane.Tests.Follow.FollowedHost;

namespace Nfqlb.ControlPlane.Tests.Follow;

/// <summary>Routes that the kernel takes away with their link, and those that somebody takes away.</summary>
public sealed class LostRouteTests : IDisposable
{
    private readonly FollowedHost _host = new();

    public LostRouteTests()
    {
        _host.Write(State(Target("red", 0, 101), Target("blue", 1, 102)));
        _host.Follower.Start();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_route_is_back_when_its_link_is()
    {
        string before = _host.Host.Picture;
        _host.Host.Kernel.IsLinkUp = false;
        _host.Host.Kernel.Routes.RemoveAll(route => route.Gateway is not null);
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(100 * FollowedHost.Second);
        Assert.NotEmpty(_host.Follower.Status.Refused);
        Assert.InRange(_host.Notices.Count(notice => notice.IsWarning), 1, 4);

        _host.Host.Kernel.IsLinkUp = true;
        _host.Monitor.Happen(HostChanges.Routing);
        _host.Pass(FollowedHost.Second);
        Assert.Equal(before, _host.Host.Picture);
        Assert.Empty(_host.Follower.Status.Refused);
    }

    /// <summary>However often it goes, however long it is away, and however much else happens meanwhile.</summary>
    [Fact]
    public void A_link_that_comes_and_goes_is_nobodys_doing() => Seeded.Run(random =>
    {
        string before = _host.Host.Picture;
        for (int i = 0; i < 30; i++)
        {
            _host.Host.Kernel.IsLinkUp = false;
            _host.Host.Kernel.Routes.RemoveAll(route => route.Gateway is not null);
            for (int events = random.Next(1, 8); events > 0; events--)
            {
                _host.Monitor.Happen(HostChanges.Routing);
                _host.Pass(TimeSpan.FromMilliseconds(random.Next(250, 1_500)));
            }
            _host.Host.Kernel.IsLinkUp = true;
            _host.Monitor.Happen(HostChanges.Routing);
            _host.Pass(TimeSpan.FromMilliseconds(500));
            Assert.Equal($"after {i}\n{before}", $"after {i}\n{_host.Host.Picture}");
            Assert.Empty(_host.Follower.Status.Contested);
        }
        Assert.DoesNotContain(_host.Notices, notice => notice.What == "changed by others again and again");
    });

    [Fact]
    public void Who_takes_routes_away_is_told_of_and_followed_ever_more_slowly()
    {
        int times = 0;
        for (var end = _host.Now + 300 * FollowedHost.Second; _host.Now < end;)
        {
            times += _host.Host.Kernel.Routes.RemoveAll(route => route.Gateway is not null) > 0 ? 1 : 0;
            _host.Monitor.Happen(HostChanges.Routing);
            _host.Pass(FollowedHost.Second);
        }
        Assert.InRange(times, 8, 16);
        Assert.NotEmpty(_host.Follower.Status.Contested);
    }
}
