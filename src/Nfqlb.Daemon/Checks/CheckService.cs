using Microsoft.Extensions.Hosting;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Logging;
using Nfqlb.Linux;
using Nfqlb.Linux.Probes;

namespace Nfqlb.Daemon.Checks;

/// <summary>Checks targets beside the workers, on a thread of its own.</summary>
internal sealed class CheckService : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Prober _prober = new();
    private readonly EventLog _log;

    /// <summary>Checks nothing yet.</summary>
    /// <param name="pools">Are told.</param>
    /// <param name="log">Is told what happens.</param>
    /// <exception cref="SystemCallException">The kernel does not let anything be waited for.</exception>
    public CheckService(IPools pools, EventLog log)
    {
        _log = log;
        Engine = new CheckEngine(
            _prober, pools, TimeProvider.System, Random.Shared.NextDouble, notice => log.Tell(notice));
    }

    /// <summary>What is done.</summary>
    public CheckEngine Engine { get; }

    /// <summary>Whether another process goes on with it.</summary>
    public Func<bool> IsHandedOver { get; init; } = () => false;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        var stopped = base.StopAsync(cancellation);
        _prober.Wake();
        await stopped;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _prober.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Task.Factory.StartNew(
        () => Run(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && !IsHandedOver())
        {
            try
            {
                Engine.Turn();
            }
            catch (SystemCallException e)
            {
                // Packets flow on, by what was found last.
                _log.Write(Severity.Error, "targets cannot be checked", new LogField("reason", e.Message));
                stopping.WaitHandle.WaitOne(PauseAfterFailure);
            }
        }
    }
}
