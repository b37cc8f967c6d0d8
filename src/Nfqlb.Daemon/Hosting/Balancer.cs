using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nfqlb.Control;
using Nfqlb.Daemon.Handover;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Daemon.Tracing;
using Nfqlb.Daemon.Workers;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Maglev;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Hosting;

/// <summary>A balancer: its data path, the threads that run it, and what watches them.</summary>
internal sealed class Balancer : IDisposable
{
    private const long NanosecondsPerMicrosecond = 1000;

    private readonly BalancerSettings _settings;
    private readonly EventLog _log;
    private readonly StopOnSignal _signals;
    private readonly HandoverReceiver? _handover;
    private readonly NotifySocket _systemd;
    private FragmentWatch? _fragmentWatch;

    /// <summary>Opens everything that others could have taken; packets wait until it runs.</summary>
    /// <param name="settings">How it shall be.</param>
    /// <param name="log">Is told what happens. Outlives it.</param>
    /// <param name="signals">Made before anything was opened.</param>
    /// <param name="handover">Where the queues come from; null to bind them.</param>
    /// <exception cref="SettingException">The tun device, the pool of the LB tier or the segment for the statistics
    /// cannot be used.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public Balancer(
        BalancerSettings settings, EventLog log, StopOnSignal signals, HandoverReceiver? handover = null)
    {
        (_settings, _log, _signals, _handover) = (settings, log, signals, handover);
        _systemd = new NotifySocket(settings.Systemd.NotifySocket, log);
        CheckStatistics();
        log.UseSettings(signals.Asked, makesThem: false);
        Path = new DataPath(settings, log, handover is null ? PacketQueue.Open : handover.Take);
        Workers = new QueueWorkers(
            Path.Workers, settings.Cpus, settings.End, Begin, Finish, signals.Stop, log);
        Health = new HealthWatch(Path.Workers, Workers, TimeProvider.System);
    }

    /// <summary>What packets go through.</summary>
    public DataPath Path { get; }

    /// <summary>Reads the queues once it runs.</summary>
    public QueueWorkers Workers { get; }

    /// <summary>Knows whether it does its work.</summary>
    public HealthWatch Health { get; }

    /// <summary>What shows the balancer over HTTP; null for nothing. The first part to start and the last to end, so
    /// that it can tell of both.</summary>
    public IHostedService? Http { get; set; }

    /// <summary>Sets the flows that were kept, which nobody sees a part of; null for none.</summary>
    public StartTask? Restoring { get; set; }

    /// <summary>Done before the first queue is read, which nobody else reads then.</summary>
    public Action BeforeStart { get; set; } = () => { };

    /// <summary>Blocks until SIGTERM or SIGINT, or until a worker or service fails.</summary>
    /// <param name="services">What runs beside the workers.</param>
    /// <returns>False when something has failed.</returns>
    /// <exception cref="SettingException">The segment for the statistics cannot be made.</exception>
    public bool Run(params IEnumerable<IHostedService> services)
    {
        // The last things to be made: a balancer that does not come to run must not take them from one that does.
        using var statistics = CreateStatistics();
        _fragmentWatch = new FragmentWatch(Path.Fragments, statistics);
        _log.UseSettings(_signals.Asked, makesThem: true);
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddSingleton<IHostLifetime>(_signals)
            .AddSingleton<ILoggerFactory>(new EventLoggerFactory(_log));
        IHostedService[] all = [.. Parts(_fragmentWatch, services)];
        foreach (var service in all)
        {
            builder.Services.AddSingleton(_ => service);
        }
        using var host = builder.Build();
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(LogStart);
        lifetime.ApplicationStarted.Register(() => _ = CollectionPause.EndSoonAsync());
        lifetime.ApplicationStarted.Register(() => Health.Phase = BalancerPhase.Running);
        lifetime.ApplicationStopping.Register(() => Health.Phase = BalancerPhase.Stopping);
        _signals.Stops(lifetime);
        Restoring?.Wait();
        host.Run();
        bool hasFailed = Workers.HasFailed | HasFailed(all.OfType<BackgroundService>());
        _log.Write(Severity.Notice, "stopped");
        return !hasFailed;
    }

    /// <summary>Takes the name of the statistics back from one that has started to take over, and failed.</summary>
    public void ShowStatisticsAnew()
    {
        try
        {
            _fragmentWatch?.ShowIn(CreateStatistics());
        }
        catch (SettingException e)
        {
            _log.Write(
                Severity.Warning, "fragment statistics are shown nowhere", new LogField("reason", e.Reason));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Path.Dispose();

    /// <summary>In the order in which they start; they stop the other way round.</summary>
    private IEnumerable<IHostedService> Parts(FragmentWatch fragments, IEnumerable<IHostedService> services)
    {
        if (Http is not null)
        {
            yield return Http;
        }
        yield return Workers;
        // Apart, so that what keeps the others waiting, such as a slow disk, is not taken for ill health.
        yield return new WatchRound(Health);
        yield return new WatchRound(
            new PoolWatch(Path.Pools, TellTable), new FlowWatch(Path.Flows), fragments);
        yield return new TraceServer(_settings.TraceAddress, Path.Tap, _log);
        if (Path.FastPath is not null)
        {
            yield return Path.FastPath;
        }
        foreach (var service in services)
        {
            yield return service;
        }
        // The last to start: what it says is true then.
        yield return new ServiceNotifier(
            _systemd, _settings.Systemd.WatchdogPeriod(Environment.ProcessId, _handover?.Predecessor?.Id),
            [.. _settings.Queues.Numbers], new QueueWatch(Path.Workers), Workers, _log);
    }

    private void TellTable(TargetPool pool)
    {
        int able = pool.Segment.CountAble();
        _log.Write(
            Severity.Info, TraceAreas.Targets, "table changed", new LogField("pool", pool.Name.Text),
            new LogField("generation", $"{pool.Segment.Generation}"), new LogField("targets", $"{able}"));
    }

    private void Begin()
    {
        if (_handover is null)
        {
            return;
        }
        var counters = new FlowCounters(Path.Flows.Current, _handover.Flows);
        // Of what the start has left behind. Else it would begin while nobody reads the queues.
        GC.Collect();
        var state = _handover.Begin();
        state?.GiveTo(Path, counters);
        if (state is null)
        {
            _log.Write(
                Severity.Warning,
                "counters and fragments begin anew: the old balancer has ended, or is of a version that tells others");
        }
        BeforeStart();
        foreach (var (queue, _, _) in Path.Workers)
        {
            queue.Configure();
            if (_handover.IsBroken)
            {
                queue.Recall();
            }
        }
    }

    private void Finish()
    {
        if (_handover is null)
        {
            return;
        }
        long pause = MonotonicClock.NowNanoseconds - _handover.YoursSince;
        // Before the old one ends, which systemd would take for the end of the service.
        _systemd.Say($"MAINPID={Environment.ProcessId}");
        _handover.Finish();
        _log.Write(Severity.Notice, "taken over", new LogField("pause_us", $"{pause / NanosecondsPerMicrosecond}"));
    }

    private void LogStart() => _log.Write(
        Severity.Notice,
        "started",
        new LogField("version", ProductVersion.Text),
        new LogField("queues", $"{_settings.Queues}"));

    private void CheckStatistics() => WithStatistics(name =>
    {
        FragmentStatisticsSegment.CheckName(name);
        return true;
    });

    private FragmentStatisticsSegment CreateStatistics() =>
        WithStatistics(name => FragmentStatisticsSegment.Create(name, FragmentListing.FiguresOf(Path.Fragments)));

    private T WithStatistics<T>(Func<string, T> action)
    {
        string name = _settings.StatisticsSegment;
        try
        {
            return action(name);
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            throw new SettingException(nameof(_settings.StatisticsSegment), name, e.Message, e);
        }
    }

    /// <summary>The host ends when one of these does, but says neither that nor why.</summary>
    private bool HasFailed(IEnumerable<BackgroundService> services)
    {
        Exception[] failures =
            [.. services.Select(service => service.ExecuteTask?.Exception?.GetBaseException()).OfType<Exception>()];
        foreach (var failure in failures)
        {
            _log.Write(Severity.Error, "nfqlb failed", new LogField("reason", failure.Message));
        }
        return failures.Length > 0;
    }
}
