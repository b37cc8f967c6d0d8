using System.Diagnostics;

namespace Nfqlb.Linux;

/// <summary>Time that only goes forward, for ages and timeouts; says nothing about the time of day.</summary>
/// <remarks>CLOCK_MONOTONIC through <see cref="Stopwatch"/>: no system call, about 20 ns.</remarks>
public static class MonotonicClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Nanoseconds since some moment before the process started; never falls.</summary>
    /// <remarks>Stopwatch counts nanoseconds on Linux; the factor is 1 and folded away.</remarks>
    public static long NowNanoseconds => Stopwatch.GetTimestamp() * (NanosecondsPerSecond / Stopwatch.Frequency);
}
