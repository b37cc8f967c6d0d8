using Nfqlb.Daemon.FastPath;
using Nfqlb.Daemon.Flows;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Drain;
using Nfqlb.Flows;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;
using Nfqlb.Linux.SharedMemory;
using Nfqlb.Linux.Tun;
using Nfqlb.Maglev;
using Nfqlb.Queues;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.Workers;

/// <summary>What packets go through: queues with their workers, flows, pools, fragments.</summary>
internal sealed class DataPath : IDisposable
{
    private readonly TunDevice? _tun;
    private readonly List<Worker> _workers = [];

    /// <summary>Opens everything that others could have taken; packets wait until its workers run.</summary>
    /// <param name="settings">How it shall be.</param>
    /// <param name="log">Is told what happens. Outlives it.</param>
    /// <param name="open">Gives the queue of a number.</param>
    /// <exception cref="SettingException">The tun device or the pool of the LB tier cannot be used.</exception>
    /// <exception cref="SystemCallException">A queue cannot be bound.</exception>
    public DataPath(BalancerSettings settings, EventLog log, Func<QueueNumber, QueueOptions, PacketQueue> open)
    {
        Settings = settings;
        bool mayUseKernel = settings.FastPath is not null || settings.MayGetFastPath;
        // The program in the kernel counts as one worker more, the last.
        Flows = new FlowTable(settings.Queues.Count + (mayUseKernel ? 1 : 0));
        Tap = new PacketTap(settings.Queues.Count, settings.Queue.CopyRangeBytes);
        Connections = settings.Drain is { } drain
            ? Allocate(nameof(settings.Drain), () => new ConnectionTable(drain)) : null;
        Pools = new PoolCatalog(Flows, Connections)
        {
            Replaced = name => log.Write(
                Severity.Notice, TraceAreas.Targets, "pool replaced", new LogField("pool", name.Text)),
        };
        try
        {
            var options = settings.Classifier with { BalancerTier = OpenTier(), Tap = Tap };
            _tun = OpenTun(settings, log);
            // Before a queue is bound: from then on packets wait.
            Fragments = Allocate(nameof(settings.Fragments), () => new FragmentTable(settings.Fragments, _tun));
            options = options with { Fragments = Fragments };
            if (options.BalancerTier is not null)
            {
                options = options with
                {
                    PassedOn = Allocate(
                        nameof(settings.Fragments), () => new PassedOnFragments(settings.Fragments)),
                };
            }
            foreach (var number in settings.Queues.Numbers)
            {
                var queue = open(number, settings.Queue);
                var classifier = new Classifier(_workers.Count, Flows, options);
                var loop = new QueueLoop(queue, classifier, settings.MarkMask, _tun?.Link);
                _workers.Add(new Worker(queue, loop, classifier));
            }
            FastPath = mayUseKernel ? new FastPathService(settings, Flows, Tap, log) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How it is.</summary>
    public BalancerSettings Settings { get; }

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

    /// <summary>Decides packets in the kernel where that is asked for; null where nobody can.</summary>
    public FastPathService? FastPath { get; }

    /// <summary>One a queue.</summary>
    public IReadOnlyList<Worker> Workers => _workers;

    /// <inheritdoc/>
    public void Dispose()
    {
        _workers.ForEach(worker => worker.Queue.Dispose());
        _tun?.Dispose();
    }

    private TargetPool? OpenTier()
    {
        if (Settings.Tier is not { } name)
        {
            return null;
        }
        try
        {
            return Pools.Keep(name);
        }
        catch (PoolException e)
        {
            throw new SettingException(nameof(Settings.Tier), name.Text, e.Reason, e);
        }
    }

    private static T Allocate<T>(string setting, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (OutOfMemoryException e)
        {
            throw new SettingException(setting, null, "not enough memory", e);
        }
    }

    private static TunDevice? OpenTun(BalancerSettings settings, EventLog log)
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
                throw new SettingException(nameof(Settings.Tun), name, $"its mtu of {tun.MtuBytes} is below {mtu}")
                {
                    ConflictsWith = nameof(FragmentTableOptions.MtuBytes),
                };
            }
            if (!tun.IsUp)
            {
                log.Write(
                    Severity.Warning,
                    "tun device is down: until it is up, stored fragments are lost",
                    new LogField("tun", name));
            }
            return tun;
        }
        catch (TunException e)
        {
            throw new SettingException(nameof(Settings.Tun), name, e.Reason, e);
        }
    }
}
