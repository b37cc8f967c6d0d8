using System.Globalization;

namespace Nfqlb.Daemon.Settings;

/// <summary>The service manager that started this process, systemd for one, as it says so itself: sd_notify(3),
/// sd_watchdog_enabled(3).</summary>
/// <param name="NotifySocket">NOTIFY_SOCKET: a path, or an abstract name behind an @; null for none.</param>
/// <param name="WatchdogMicroseconds">WATCHDOG_USEC as text; null for no watchdog.</param>
/// <param name="WatchdogProcess">WATCHDOG_PID as text: the process that is asked; null for whichever.</param>
public sealed record SystemdSettings(string? NotifySocket, string? WatchdogMicroseconds, string? WatchdogProcess)
{
    /// <summary>There is none.</summary>
    public static SystemdSettings None { get; } = new(null, null, null);

    /// <summary>How often it is told of life: twice as often as it wants; null when it does not ask for it, or asks
    /// another process.</summary>
    /// <param name="process">This one.</param>
    /// <param name="predecessor">The one that this one took over from, whose duty it does; null for none.</param>
    public TimeSpan? WatchdogPeriod(int process, int? predecessor) =>
        long.TryParse(WatchdogMicroseconds, CultureInfo.InvariantCulture, out long microseconds) && microseconds > 0
        && (string.IsNullOrEmpty(WatchdogProcess)
            || (int.TryParse(WatchdogProcess, NumberStyles.None, CultureInfo.InvariantCulture, out int asked)
                && (asked == process || asked == predecessor)))
            ? TimeSpan.FromMicroseconds(Math.Max(2000, microseconds) / 2)
            : null;
}
