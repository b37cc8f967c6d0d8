using Microsoft.Extensions.Hosting;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Workers;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Hosting;

/// <summary>Tells systemd that the balancer reads its queues, and time and again that it still does.</summary>
/// <remarks>
/// It says WATCHDOG=1 only while packets leave every queue, so that a worker that hangs makes systemd restart the
/// balancer. More packets than can be answered are told, and are no reason for a restart, which would lose those that
/// wait.
/// </remarks>
/// <param name="socket">The way to systemd.</param>
/// <param name="period">How often it is told of life; null for never.</param>
/// <param name="queues">As they are among the workers.</param>
/// <param name="watch">Whether packets leave them.</param>
/// <param name="workers">Read them.</param>
/// <param name="log">Is told when they are not.</param>
internal sealed class ServiceNotifier(
    NotifySocket socket, TimeSpan? period, IReadOnlyList<QueueNumber> queues, QueueWatch watch, QueueWorkers workers,
    EventLog log)
    : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellation)
    {
        socket.Say($"READY=1\nMAINPID={Environment.ProcessId}");
        await base.StartAsync(cancellation);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        if (!workers.IsHandedOver)
        {
            // Else the service goes on, in another process, and systemd would take this for its end.
            socket.Say("STOPPING=1");
        }
        await base.StopAsync(cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (period is not { } pause || !socket.IsThere)
        {
            return;
        }
        using var timer = new PeriodicTimer(pause);
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
                socket.Say($"STATUS={QueueFaultWords.Status(queues[told], faults[told])}");
            }
            if (worst < 0)
            {
                socket.Say("WATCHDOG=1");
            }
        }
    }
}
