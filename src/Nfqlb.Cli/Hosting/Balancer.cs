using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Cli.Commands;
using Nfqlb.Cli.Control;
using Nfqlb.Cli.FastPath;
using Nfqlb.Cli.Logging;
using Nfqlb.Cli.Takeover;
using Nfqlb.Cli.Tracing;
using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tun;
using Nfqlb.Maglev;
using Nfqlb.Tracing;

namespace Nfqlb.Cli.Hosting;

/// <summary>A balancer put together from its parts: queues with their workers, flows, pools, fragments.</summary>
internal sealed class Balancer : IDisposable
{
    private const long NanosecondsPerMicrosecond = 1000;

    private readonly BalancerSettings _settings;
    private readonly Inheritance? _inheritance;
    private readonly TunDevice? _tun;
    private readonly List<Worker> _workers = [];
    private readonly NotifySocket _systemd;
    private FragmentWatch? _fragmentWatch;

    /// <summary>Opens everything that others could have taken; packets wait until it runs.</summary>
    /// <exception cref="UsageException">The tun device or the pool of the LB tier cannot be used.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    /// <param name="settings">What the command line says.</param>
    /// <param name="log">Is told what happens. Outlives it.</param>
    /// <param name="inheritance">Where the queues come from; null to bind them.</param>
    /// <param name="stop">Ends what little it may have to wait.</param>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public Balancer(
        BalancerSettings settings, EventLog log, Inheritance? inheritance = null, CancellationToken stop = default)
    {
        _settings = settings;
        _inheritance = inheritance;
        Log = log;
        _systemd = new NotifySocket(inheritance?.Predecessor?.Id, Log);
        // The program in the kernel counts as one worker more, the last.
        Flows = new FlowTable(settings.Queues.Count + (settings.FastPath is null ? 0 : 1));
        Tap = new PacketTap(settings.Queues.Count, settings.Queue.CopyRangeBytes);
        Connections = MakeConnections(settings.Drain);
        Pools = new PoolCatalog(Flows, Connections)
        {
            Replaced = name => Log.Write(
                Severity.Notice, TraceAreas.Targets, "pool replaced", new LogField("pool", name.Text)),
        };
        var tier = OpenTier();
        try
        {
            _tun = OpenTun(settings);
            Fragments = MakeFragments(settings.Fragments, _tun);
            // Before a queue is bound: from then on packets wait.
            CheckStatistics();
            Log.UseSettings(stop, makesThem: false);
            var options = settings.Classifier with { Fragments = Fragments, BalancerTier = tier, Tap = Tap };
            if (tier is not null)
            {
                options = options with { PassedOn = MakePassedOn(settings.Fragments) };
            }
            foreach (var number in settings.Queues.Numbers)
            {
                var queue = inheritance?.Take(number, settings.Queue) ?? PacketQueue.Open(number, settings.Queue);
                var classifier = new Classifier(_workers.Count, Flows, options);
                var loop = new QueueLoop(queue, classifier, settings.MarkMask, _tun?.Link);
                _workers.Add(new Worker(queue, loop, classifier));
            }
            Health = new HealthWatch(_workers, TimeProvider.System);
            KernelPath = settings.FastPath is not { } fastPath ? null : new KernelPath(
                fastPath, Flows, settings.Classifier.HashMode, settings.MarkMask, Tap, Log);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What happens is told here.</summary>
    public EventLog Log { get; }

    /// <summary>The flows; none yet.</summary>
    public FlowTable Flows { get; }

    /// <summary>Shows packets to those who watch; nobody yet.</summary>
    public PacketTap Tap { get; }

    /// <summary>What is remembered of connections while tables change; null where they go by the table alone.</summary>
    public ConnectionTable? Connections { get; }

    /// <summary>The pools that flows lead to.</summary>
    public PoolCatalog Pools { get; }

    /// <summary>What is remembered of fragmented packets.</summary>
    public FragmentTable Fragments { get; }

    /// <summary>Decides packets in the kernel; null where that was not asked for.</summary>
    public KernelPath? KernelPath { get; }

    /// <summary>One a queue.</summary>
    public IReadOnlyList<Worker> Workers => _workers;

    /// <summary>Reads the queues; there once it runs.</summary>
    public QueueWorkers QueueWorkers { get; private set; } = null!;

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
    /// <param name="signals">Made before anything was opened.</param>
    /// <param name="services">What runs beside the workers.</param>
    /// <returns>The exit code of the program.</returns>
    /// <exception cref="UsageException">The segment for the statistics cannot be made.</exception>
    public int Run(StopOnSignal signals, params IEnumerable<IHostedService> services)
    {
        // The last things to be made: a balancer that does not come to run must not take them from one that does.
        using var statistics = CreateStatistics();
        _fragmentWatch = new FragmentWatch(Fragments, statistics);
        Log.UseSettings(signals.Asked, makesThem: true);
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<IHostLifetime>(signals).AddSingleton<ILoggerFactory>(new EventLoggerFactory(Log));
        if (Http is not null)
        {
            builder.Services.AddSingleton(_ => Http);
        }
        builder.Services
            .AddSingleton(provider => new QueueWorkers(
                _workers, _settings.Cpus, _settings.End, Begin, Finish,
                provider.GetRequiredService<IHostApplicationLifetime>(), Log))
            .AddHostedService(provider => provider.GetRequiredService<QueueWorkers>())
            // Apart, so that what keeps the others waiting, such as a slow disk, is not taken for ill health.
            .AddSingleton<IHostedService>(_ => new WatchRound(Health))
            .AddSingleton<IHostedService>(_ => new WatchRound(
                new PoolWatch(Pools), new FlowWatch(Flows), _fragmentWatch))
            .AddHostedService(_ => new TraceServer(
                _settings.TraceAddress.Text, _settings.TraceAddress.EndPoint, Tap, Log));
        if (KernelPath is not null)
        {
            builder.Services.AddSingleton<IHostedService>(_ => KernelPath);
        }
        foreach (var service in services)
        {
            builder.Services.AddSingleton(_ => service);
        }
        // The last to start: what it says is true then.
        builder.Services.AddHostedService(_ => new ServiceNotifier(
            _systemd, [.. _settings.Queues.Numbers], new QueueWatch(_workers), QueueWorkers, Log));
        using var host = builder.Build();
        QueueWorkers = host.Services.GetRequiredService<QueueWorkers>();
        var others = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        Health.Threads = QueueWorkers;
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Register(LogStart);
        lifetime.ApplicationStarted.Register(() => _ = CollectionPause.EndSoonAsync());
        lifetime.ApplicationStarted.Register(() => Health.Phase = BalancerPhase.Running);
        lifetime.ApplicationStopping.Register(() => Health.Phase = BalancerPhase.Stopping);
        signals.Stops(lifetime);
        Restoring?.Wait();
        host.Run();
        bool hasFailed = QueueWorkers.HasFailed | HasFailed(others);
        Log.Write(Severity.Notice, "stopped");
        return hasFailed ? ExitCode.Failed : ExitCode.Fine;
    }

    /// <summary>Takes the name of the statistics back from one that has started to take over, and failed.</summary>
    public void ShowStatisticsAnew()
    {
        try
        {
            _fragmentWatch?.ShowIn(CreateStatistics());
        }
        catch (UsageException e)
        {
            Log.Write(
                Severity.Warning, "fragment statistics are shown nowhere", new LogField("reason", e.Message));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.ForEach(worker => worker.Queue.Dispose());
        _tun?.Dispose();
    }

    private void Begin()
    {
        if (_inheritance is null)
        {
            return;
        }
        var flows = new FlowPlaces(Flows.Current, _inheritance.Flows);
        // Of what the start has left behind. Else it would begin while nobody reads the queues.
        GC.Collect();
        var estate = _inheritance.Begin();
        estate?.GiveTo(this, flows);
        if (estate is null)
        {
            Log.Write(
                Severity.Warning,
                "counters and fragments begin anew: the old balancer has ended, or is of a version that tells others");
        }
        BeforeStart();
        foreach (var (queue, _, _) in _workers)
        {
            queue.Configure();
            if (_inheritance.IsBroken)
            {
                queue.Recall();
            }
        }
    }

    private void Finish()
    {
        if (_inheritance is null)
        {
            return;
        }
        long pause = MonotonicClock.NowNanoseconds - _inheritance.YoursSince;
        // Before the old one ends, which systemd would take for the end of the service.
        _systemd.Say($"MAINPID={Environment.ProcessId}");
        _inheritance.Finish();
        Log.Write(Severity.Notice, "taken over", new LogField("pause_us", $"{pause / NanosecondsPerMicrosecond}"));
    }

    private void LogStart() => Log.Write(
        Severity.Notice,
        "started",
        new LogField("version", VersionCommand.ProductVersion),
        new LogField("queues", $"{_settings.Queues}"));

    private TargetPool? OpenTier()
    {
        if (_settings.Tier is not { } name)
        {
            return null;
        }
        try
        {
            return Pools.Keep(name);
        }
        catch (PoolException e)
        {
            throw UsageException.BadValue("--lbshm", name.Text, e.Reason);
        }
    }

    private static FragmentTable MakeFragments(FragmentTableOptions options, TunDevice? tun) =>
        Allocate(options, () => new FragmentTable(options, tun));

    private static PassedOnFragments MakePassedOn(FragmentTableOptions options) =>
        Allocate(options, () => new PassedOnFragments(options));

    private static T Allocate<T>(FragmentTableOptions options, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (OutOfMemoryException)
        {
            throw new UsageException(
                $"Not enough memory for --ft_size [{options.Size}], --ft_buckets [{options.ExtraEntries}], "
                + $"--ft_frag [{options.StoredFragments}] and --mtu [{options.MtuBytes}]");
        }
    }

    private static ConnectionTable? MakeConnections(DrainOptions? options)
    {
        try
        {
            return options is null ? null : new ConnectionTable(options);
        }
        catch (OutOfMemoryException)
        {
            throw new UsageException($"Not enough memory for --drain-connections [{options!.Connections}]");
        }
    }

    private TunDevice? OpenTun(BalancerSettings settings)
    {
        if (settings.Tun is not { } name)
        {
            return null;
        }
        try
        {
            var tun = TunDevice.Open(name);
            int mtu = settings.Fragments.MtuBytes;
            if (tun.MtuBytes < mtu)
            {
                tun.Dispose();
                throw UsageException.BadValue("--tun", name, $"its mtu of {tun.MtuBytes} is below --mtu, {mtu}");
            }
            if (!tun.IsUp)
            {
                Log.Write(
                    Severity.Warning,
                    "tun device is down: until it is up, stored fragments are lost",
                    new LogField("tun", name));
            }
            return tun;
        }
        catch (TunException e)
        {
            throw UsageException.BadValue("--tun", name, e.Reason);
        }
    }

    private void CheckStatistics() => WithStatistics(name =>
    {
        FragmentStatisticsSegment.CheckName(name);
        return true;
    });

    private FragmentStatisticsSegment CreateStatistics() =>
        WithStatistics(name => FragmentStatisticsSegment.Create(name, FragmentListing.FiguresOf(Fragments)));

    private T WithStatistics<T>(Func<string, T> action)
    {
        string name = _settings.StatisticsSegment;
        try
        {
            return action(name);
        }
        catch (Exception e) when (e is SegmentException or SystemCallException)
        {
            throw UsageException.BadValue("--ft_shm", name, e.Message);
        }
    }

    /// <summary>The host ends when one of these does, but says neither that nor why.</summary>
    private bool HasFailed(BackgroundService[] services)
    {
        Exception[] failures =
            [.. services.Select(service => service.ExecuteTask?.Exception?.GetBaseException()).OfType<Exception>()];
        foreach (var failure in failures)
        {
            Log.Write(Severity.Error, "nfqlb failed", new LogField("reason", failure.Message));
        }
        return failures.Length > 0;
    }
}
