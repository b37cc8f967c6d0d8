using Nfqlb.Linux;

namespace Nfqlb.Daemon.Flows;

/// <summary>How often something was done, and how long it took in all. One thread at a time does it; any may read.
/// </summary>
internal sealed class Durations
{
    private long _count;
    private long _nanoseconds;

    /// <summary>How often it was done.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>How long it took in all.</summary>
    public TimeSpan Sum => TimeSpan.FromTicks(Volatile.Read(ref _nanoseconds) / TimeSpan.NanosecondsPerTick);

    /// <summary>Does it. What throws was not done, and does not count.</summary>
    public T Measure<T>(Func<T> action)
    {
        long start = MonotonicClock.NowNanoseconds;
        var result = action();
        Volatile.Write(ref _nanoseconds, _nanoseconds + MonotonicClock.NowNanoseconds - start);
        Volatile.Write(ref _count, _count + 1);
        return result;
    }
}
