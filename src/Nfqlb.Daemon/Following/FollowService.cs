using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Nfqlb.ControlPlane.Execute;
using Nfqlb.ControlPlane.Follow;
using Nfqlb.ControlPlane.Host;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Kubernetes;
using Nfqlb.Kubernetes.Watch;
using Nfqlb.Linux;
using Nfqlb.Linux.Monitor;
using Nfqlb.Planning.Model;

namespace Nfqlb.Daemon.Following;

/// <summary>Keeps this host as files ask for it, beside the workers, on a thread of its own. SIGHUP has the files read
/// again.</summary>
internal sealed class FollowService : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly FollowSettings _settings;
    private readonly Surroundings _host;
    private readonly EventLog _log;
    private readonly HostMonitor _monitor = new();
    private readonly KubernetesSource _cluster;
    private readonly PosixSignalRegistration _reload;
    private readonly CancellationTokenSource _stop;
    private bool _isInForce;

    /// <summary>Hears what happens from now on, and does nothing yet.</summary>
    /// <param name="settings">What is followed.</param>
    /// <param name="flows">The flows of this balancer.</param>
    /// <param name="pools">The pools of this machine.</param>
    /// <param name="log">Is told what happens.</param>
    /// <param name="stop">Ends it, also while it waits for a command that changes the same.</param>
    /// <exception cref="SystemCallException">The kernel tells nothing.</exception>
    public FollowService(
        FollowSettings settings, IFlowControl flows, IPools pools, EventLog log, CancellationToken stop)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        (_settings, _log) = (settings, log);
        _host = new Surroundings(new LinuxKernel(), pools, flows, new SystemClock())
        {
            BeforeUnqueued = vips => BeforeUnqueued(vips),
            HasSlowStart = () => true,
        };
        _cluster = new KubernetesSource(settings.Cluster, new WatchPace(), TimeProvider.System, _monitor.Wake);
        Follower = new Follower(
            _host, settings.Store, new SourceFiles(settings.Files), new LinuxMonitor(_monitor), TimeProvider.System,
            log.Tell, _stop.Token)
        {
            Adopts = settings.Adopts,
            Parsed = settings.Checked,
            Discovery = _cluster,
            InForce = state => InForce(state),
        };
        _reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Follower.Reload();
            _monitor.Wake();
        });
    }

    /// <summary>What is done.</summary>
    public Follower Follower { get; }

    /// <summary>Is told what is asked for, whenever the host was made to match it or was looked at.</summary>
    public Action<DesiredState> InForce { get; init; } = _ => { };

    /// <summary>Is told the virtual addresses whose packets will be queued no more, and returns when that may be.
    /// </summary>
    public Action<IReadOnlyList<Cidr>> BeforeUnqueued { get; init; } = _ => { };

    /// <summary>Whether another process goes on with the queues.</summary>
    public Func<bool> IsHandedOver { get; init; } = () => false;

    /// <summary>Brings about what the files ask for, before packets flow.</summary>
    /// <exception cref="SourceException">A file cannot be read.</exception>
    /// <exception cref="InvalidStateException">A file is wrong, or it cannot be; nothing was changed.</exception>
    /// <exception cref="SystemCallException">The kernel refused it; what was done before was undone.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public void Begin()
    {
        Follower.Start();
        _isInForce = true;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        _monitor.Wake();
        await base.StopAsync(cancellation);
        await _cluster.DisposeAsync();
        if (_settings.TakesAllAway && !IsHandedOver())
        {
            TakeAllAway();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reload.Dispose();
        base.Dispose();
        _monitor.Dispose();
        _stop.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Task.Factory.StartNew(
        Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        try
        {
            if (!_isInForce)
            {
                Follower.TakeOver();
            }
            while (!_stop.IsCancellationRequested && !IsHandedOver())
            {
                Turn();
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it waited for a command.
        }
    }

    private void Turn()
    {
        try
        {
            Follower.Turn();
        }
        catch (SystemCallException e)
        {
            // Packets flow on.
            _log.Write(Severity.Error, "the host cannot be watched", new LogField("reason", e.Message));
            _stop.Token.WaitHandle.WaitOne(PauseAfterFailure);
        }
    }

    private void TakeAllAway()
    {
        try
        {
            foreach (string warning in new Reconciler(_host, _settings.Store).Reset(takesForeign: false).Warnings)
            {
                _log.Tell(FollowNotice.MissingLink(warning));
            }
        }
        catch (Exception e) when (Follower.IsFailure(e))
        {
            _log.Write(Severity.Error, "what was asked for stays", new LogField("reason", e.Message));
        }
    }
}
