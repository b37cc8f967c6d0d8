using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Nfqlb.Cli.Logging;

namespace Nfqlb.Cli.Hosting;

/// <summary>The way to systemd: datagrams to the socket that NOTIFY_SOCKET names, sd_notify(3).</summary>
/// <param name="predecessor">Number of the process that this one took over from; null for none.</param>
/// <param name="log">Is told when it cannot be used.</param>
internal sealed class NotifySocket(int? predecessor, EventLog log)
{
    /// <summary>Of a socket that nobody empties. Less than a balancer that hands over waits for the next one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly UnixDomainSocketEndPoint? _address =
        AddressOf(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>How often systemd is told of life: twice as often as it wants; null when it does not ask for it, or
    /// asks another process.</summary>
    /// <remarks>sd_watchdog_enabled(3): WATCHDOG_PID is the process that is asked. One that takes over does that one's
    /// duty.</remarks>
    public TimeSpan? WatchdogPeriod =>
        _address is not null
        && long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out long microseconds)
        && microseconds > 0
        && IsAsked(Environment.GetEnvironmentVariable("WATCHDOG_PID"))
            ? TimeSpan.FromMicroseconds(Math.Max(2000, microseconds) / 2)
            : null;

    /// <summary>Sends it; without a socket nothing happens.</summary>
    /// <param name="text">A NAME=VALUE a line.</param>
    public void Say(string text)
    {
        if (_address is null)
        {
            return;
        }
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTimeout = (int)Patience.TotalMilliseconds;
            socket.SendTo(Encoding.UTF8.GetBytes(text), _address);
        }
        catch (SocketException e)
        {
            log.Write(Severity.Warning, "NOTIFY_SOCKET cannot be used", new LogField("reason", e.Message));
        }
    }

    private bool IsAsked(string? process) =>
        process is null or ""
        || (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            && (id == Environment.ProcessId || id == predecessor));

    /// <summary>A path, or an abstract name behind an @.</summary>
    private static UnixDomainSocketEndPoint? AddressOf(string? text) =>
        text is not ['@' or '/', ..] ? null : new UnixDomainSocketEndPoint(text[0] == '@' ? '\0' + text[1..] : text);
}
