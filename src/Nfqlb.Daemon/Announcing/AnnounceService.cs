using Microsoft.Extensions.Hosting;
using Nfqlb.ControlPlane.Announce;
using Nfqlb.ControlPlane.Host;
using Nfqlb.ControlPlane.Store;
using Nfqlb.Daemon.Health;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Monitor;
using Nfqlb.Linux.Tun;
using Nfqlb.Planning.Announce;
using Nfqlb.Planning.Model;
using Nfqlb.Planning.Objects;
using Nfqlb.Queues;
using Nfqlb.Routing;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Nfqlb.Daemon.Announcing;

/// <summary>Announces virtual addresses while this balancer can serve them, on a thread of its own.</summary>
/// <param name="settings">What is followed.</param>
/// <param name="queues">The queues that are read.</param>
/// <param name="flows">The flows in force.</param>
/// <param name="health">Knows whether packets leave the queues.</param>
/// <param name="log">Is told what happens.</param>
internal sealed class AnnounceService(
    FollowSettings settings, QueueRange queues, FlowTable flows, HealthWatch health, EventLog log) : BackgroundService
{
    /// <summary>Between two looks at pools, flows and health: glances at memory.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    /// <summary>Between two looks at all, whatever the kernel tells.</summary>
    private static readonly TimeSpan FullLook = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>So long a change that has addresses withdrawn first may take beside that wait, or is refused.</summary>
    private static readonly TimeSpan MostRetirement = TimeSpan.FromSeconds(2);

    private readonly LinuxKernel _kernel = new();
    private readonly TunLink _link = new(AnnouncedRoutes.LinkName);
    private readonly ManualResetEvent _isAsked = new(false);
    private HostMonitor? _monitor;
    private volatile DesiredState? _asked;
    private volatile Retirement? _retirement;
    private Announcer? _announcer;

    private DesiredState? _known;
    private FlowSet? _flows;
    private VipPools _pools = new([], []);
    private PoolStandings _standings = new(FlowSet.Empty);
    private VipTableContent? _queued;
    private long _lookedAt;

    /// <summary>What is done.</summary>
    public Announcer Announcer => _announcer ??= new Announcer(
        _kernel, _link, TimeProvider.System, notice => log.Tell(notice));

    /// <summary>Whether another process goes on with it.</summary>
    public Func<bool> IsHandedOver { get; init; } = () => false;

    /// <summary>Takes what is asked for. For any thread.</summary>
    public void Follow(DesiredState state)
    {
        _asked = state;
        if (_retirement is { } retirement && !retirement.AnyStillIn(state))
        {
            _retirement = null;
        }
        if (state.Announcing is not null)
        {
            _isAsked.Set();
        }
    }

    /// <summary>Withdraws addresses that will be served no more, and waits until routers can have heard of it. For any
    /// thread.</summary>
    public void Retire(IReadOnlyList<Cidr> vips)
    {
        var retired = new HashSet<Cidr>(vips);
        bool isAnnounced = false;
        foreach (var one in Announcer.All)
        {
            isAnnounced |= one.IsAnnounced && retired.Contains(one.Prefix);
        }
        if (isAnnounced)
        {
            var retirement = new Retirement(
                retired, Stopwatch.GetTimestamp(), MostRetirement + settings.WithdrawWait);
            _retirement = retirement;
            _monitor?.Wake();
            if (retirement.IsDone.Wait(MostRetirement))
            {
                Thread.Sleep(settings.WithdrawWait);
            }
        }
    }

    /// <summary>Holds what another process announces, which is about to hand over.</summary>
    public void Join()
    {
        try
        {
            var state = StateStore.Look(settings.Store);
            if (state.Announcing is { } announcing)
            {
                Announcer.Join(new RoutingTable(announcing.Table));
                Follow(state);
            }
        }
        catch (Exception e) when (e is SystemCallException or TunException or StateStoreException)
        {
            log.Write(Severity.Warning, "announcements begin anew", new LogField("reason", e.Message));
        }
    }

    /// <summary>Withdraws all, and waits until routers can have heard of it, unless another process goes
    /// on.</summary>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        await base.StopAsync(cancellation);
        if (!IsHandedOver() && Announcer.Withdraw())
        {
            log.Write(
                Severity.Notice, "withdrawn", new LogField("object", "all"), new LogField("reason", "stopping"));
            await Task.Delay(settings.WithdrawWait, cancellation);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _monitor?.Dispose();
        _link.Dispose();
        _isAsked.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Task.Factory.StartNew(
        () => Run(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        // Where nobody asks for announcements, this costs nothing.
        WaitHandle.WaitAny([stopping.WaitHandle, _isAsked]);
        while (!stopping.IsCancellationRequested && !IsHandedOver())
        {
            try
            {
                _monitor ??= new HostMonitor();
                Note(_monitor.Wait(_lookedAt == 0 ? TimeSpan.Zero : Beat));
                Turn();
            }
            catch (SystemCallException e)
            {
                // What is announced stays, as long as this process does.
                log.Write(Severity.Error, "announcements cannot be kept", new LogField("reason", e.Message));
                stopping.WaitHandle.WaitOne(PauseAfterFailure);
            }
        }
    }

    private void Note(HostChanges changes)
    {
        bool isFull = _lookedAt == 0 || changes.HasFlag(HostChanges.Lost)
            || Stopwatch.GetElapsedTime(_lookedAt) >= FullLook;
        if (isFull || changes.HasFlag(HostChanges.Routing))
        {
            Announcer.Look();
        }
        if (isFull || changes.HasFlag(HostChanges.Vips))
        {
            _queued = _kernel.ReadVips();
        }
        _lookedAt = isFull ? Stopwatch.GetTimestamp() : _lookedAt;
    }

    private void Turn()
    {
        // While queues go from one process to the next nobody reads them, and that is no fault.
        bool wasRunning = health.Phase == BalancerPhase.Running;
        string[] faults = health.FaultsOfService();
        if (_asked is not { } asked || !wasRunning || health.Phase != BalancerPhase.Running)
        {
            return;
        }
        Prepare(asked);
        if (asked.Announcing is not { } announcing)
        {
            Announcer.Turn(table: null, []);
            return;
        }
        var servability = new Servability(
            queues, _queued, [.. faults], _pools, _standings.Of, announcing.NeedsOnePool);
        var retirement = _retirement is { IsOver: false } current ? current : null;
        var vips = new List<(Cidr, string?)>(asked.Vips.Length);
        foreach (var vip in asked.Vips)
        {
            string? reason = retirement?.Vips.Contains(vip.Prefix) == true
                ? "its packets will be queued no more"
                : servability.ReasonAgainst(vip.Prefix);
            vips.Add((vip.Prefix, reason));
        }
        Announcer.Turn(new RoutingTable(announcing.Table), vips);
        retirement?.IsDone.Set();
    }

    /// <summary>What changes with what is asked for, and with the flows.</summary>
    private void Prepare(DesiredState asked)
    {
        var current = flows.Current;
        if (current == _flows && asked == _known)
        {
            return;
        }
        (_flows, _known) = (current, asked);
        var all = new List<Flow>(current.Count);
        foreach (var entry in current.Entries)
        {
            all.Add(entry.Flow);
        }
        var prefixes = new List<Cidr>(asked.Vips.Length);
        foreach (var vip in asked.Vips)
        {
            prefixes.Add(vip.Prefix);
        }
        _pools = new VipPools(prefixes, all);
        _standings = new PoolStandings(current);
        if (asked.Announcing is { } announcing)
        {
            _monitor!.Tables = new HashSet<RoutingTable> { new(announcing.Table) };
        }
    }

    /// <summary>Addresses that are about to go, in so much time.</summary>
    private sealed record Retirement(HashSet<Cidr> Vips, long Began, TimeSpan Most)
    {
        /// <summary>Their routes are gone.</summary>
        public ManualResetEventSlim IsDone { get; } = new();

        /// <summary>What is to follow is still to come, or was refused.</summary>
        public bool AnyStillIn(DesiredState state)
        {
            bool any = false;
            foreach (var vip in state.Vips)
            {
                any |= Vips.Contains(vip.Prefix);
            }
            return any;
        }

        /// <summary>What was to follow has failed.</summary>
        public bool IsOver => Stopwatch.GetElapsedTime(Began) > Most;
    }
}
