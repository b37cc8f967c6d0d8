using System.Diagnostics;

namespace Nfqlb.Linux.Tests;

public sealed class MonotonicClockTests
{
    [Fact]
    public void Counts_nanoseconds()
    {
        long startedAt = Stopwatch.GetTimestamp();
        long before = MonotonicClock.NowNanoseconds;
        Thread.Sleep(20);
        long elapsed = MonotonicClock.NowNanoseconds - before;

        Assert.InRange(elapsed, 19_000_000, (long)Stopwatch.GetElapsedTime(startedAt).TotalNanoseconds);
    }

    [Fact]
    public void Never_falls()
    {
        long last = MonotonicClock.NowNanoseconds;
        for (int i = 0; i < 10_000; i++)
        {
            long now = MonotonicClock.NowNanoseconds;
            Assert.True(now >= last);
            last = now;
        }
    }
}
