using System.Diagnostics;
using Nfqlb.Daemon.Health;

namespace Nfqlb.Daemon.Tests.Health;

/// <summary>Who looks, how often, and what becomes of a look that fails.</summary>
public class WatchRoundTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Each_watch_looks_in_its_period_and_none_when_the_round_has_ended()
    {
        var often = new Counting(Beat);
        var seldom = new Counting(3 * Beat);
        using var round = new WatchRound(seldom, often);
        var time = Stopwatch.StartNew();
        await round.StartAsync(default);
        Assert.True(SpinWait.SpinUntil(() => often.Looks >= 7, Limit));
        Assert.True(time.Elapsed > 6 * Beat, "looks come too fast");
        await round.StopAsync(default);

        int looks = often.Looks;
        Assert.Equal(looks / 3, seldom.Looks);
        await Task.Delay(3 * Beat);
        Assert.Equal(looks, often.Looks);
        Assert.True(round.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_look_that_fails_ends_the_round_and_is_told()
    {
        using var round = new WatchRound(new Failing());
        await round.StartAsync(default);
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => round.ExecuteTask!.WaitAsync(Limit));
        Assert.Equal("cannot look", failure.Message);
    }

    private sealed class Counting(TimeSpan period) : IWatch
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public TimeSpan Period { get; } = period;

        public void Look() => Interlocked.Increment(ref _looks);
    }

    private sealed class Failing : IWatch
    {
        public TimeSpan Period => Beat;

        public void Look() => throw new InvalidOperationException("cannot look");
    }
}
