using Nfqlb.Linux;

namespace Nfqlb.Daemon.Tracing;

/// <summary>The time of day of what was noted in monotonic time.</summary>
internal static class WallClock
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Nanoseconds since 1970, UTC, as the clocks stand to one another now.</summary>
    public static long UnixNanosecondsAt(long monotonicNanoseconds) =>
        (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * NanosecondsPerTick
        - (MonotonicClock.NowNanoseconds - monotonicNanoseconds);

    /// <summary>`05:44:55.123456`, UTC.</summary>
    public static string TimeOfDayAt(long monotonicNanoseconds) =>
        DateTime.UnixEpoch.AddTicks(UnixNanosecondsAt(monotonicNanoseconds) / NanosecondsPerTick)
            .ToString("HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
}
