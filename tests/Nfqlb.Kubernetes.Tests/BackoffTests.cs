using Nfqlb.Kubernetes.Watch;
using Nfqlb.Tests.Support;

namespace Nfqlb.Kubernetes.Tests;

public class BackoffTests
{
    private static readonly WatchPace Pace = new();

    [Fact]
    public void Pauses_grow_to_half_a_minute_and_are_nobody_elses() => Seeded.Run(random =>
    {
        var (one, other) = (new Backoff(Pace, random), new Backoff(Pace, new Random(random.Next())));
        var most = Pace.FirstPause;
        int differ = 0;
        for (int i = 0; i < 20; i++)
        {
            var pause = one.Next(asked: null);
            Assert.InRange(pause, most / 2, most);
            differ += pause != other.Next(asked: null) ? 1 : 0;
            most = most * 2 < Pace.LongestPause ? most * 2 : Pace.LongestPause;
        }
        Assert.True(differ > 15);
        Assert.Equal(Pace.LongestPause, most);
        one.Reset();
        Assert.InRange(one.Next(asked: null), Pace.FirstPause / 2, Pace.FirstPause);
    });

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3600, 30)]
    public void A_server_that_wants_to_be_left_alone_is_but_not_for_ever(int asked, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), new Backoff(Pace, new Random(1)).Next(TimeSpan.FromSeconds(asked)));
}
