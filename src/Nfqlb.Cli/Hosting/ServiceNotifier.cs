using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.Logging;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Cli.Hosting;

/// <summary>Tells systemd that the balancer reads its queues, and time and again that it still does.</summary>
/// <remarks>
/// sd_notify(3), sd_watchdog_enabled(3): datagrams to the socket that NOTIFY_SOCKET names. It says WATCHDOG=1 only
/// while packets leave every queue, so that a worker that hangs makes systemd restart the balancer. More packets than
/// can be answered are told, and are no reason for a restart, which would lose those that wait.
/// </remarks>
/// <param name="queues">As they are among the workers.</param>
/// <param name="watch">Whether packets leave them.</param>
/// <param name="workers">Read them.</param>
/// <param name="log">Is told when they are not.</param>
internal sealed class ServiceNotifier(
    IReadOnlyList<QueueNumber> queues, QueueWatch watch, QueueWorkers workers, EventLog log) : BackgroundService
{
    private readonly UnixDomainSocketEndPoint? _address =
        AddressOf(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>systemd wants to hear it twice as often; null when it does not ask for it, or asks another process.
    /// </summary>
    private static TimeSpan? Period =>
        long.TryParse(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out long microseconds)
        && microseconds > 0
        && Environment.GetEnvironmentVariable("WATCHDOG_PID") is var pid
        && (pid is null or "" || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(Math.Max(2000, microseconds) / 2)
            : null;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellation)
    {
        Say($"READY=1\nMAINPID={Environment.ProcessId}");
        await base.StartAsync(cancellation);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        if (!workers.IsHandedOver)
        {
            // Else the service goes on, in another process, and systemd would take this for its end.
            Say("STOPPING=1");
        }
        await base.StopAsync(cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (_address is null || Period is not { } period)
        {
            return;
        }
        using var timer = new PeriodicTimer(period);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var faults = watch.Look();
            int worst = Array.FindIndex(faults, fault => fault is not (QueueFault.None or QueueFault.Overrun));
            int told = worst >= 0 ? worst : Array.FindIndex(faults, fault => fault != QueueFault.None);
            if (told >= 0)
            {
                log.Write(
                    Severity.Error, $"queue {QueueFaultWords.Of(faults[told])}",
                    new LogField("queue", $"{queues[told]}"));
                Say($"STATUS={QueueFaultWords.Status(queues[told], faults[told])}");
            }
            if (worst < 0)
            {
                Say("WATCHDOG=1");
            }
        }
    }

    private void Say(string text)
    {
        if (_address is null)
        {
            return;
        }
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(text), _address);
        }
        catch (SocketException e)
        {
            log.Write(Severity.Warning, "NOTIFY_SOCKET cannot be used", new LogField("reason", e.Message));
        }
    }

    /// <summary>A path, or an abstract name behind an @.</summary>
    private static UnixDomainSocketEndPoint? AddressOf(string? text) =>
        text is not ['@' or '/', ..] ? null : new UnixDomainSocketEndPoint(text[0] == '@' ? '\0' + text[1..] : text);
}
