using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.FastPath;
using Nfqlb.Flows;
using Nfqlb.Linux;
using Nfqlb.Linux.Bpf;
using Nfqlb.Packets;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.FastPath;

/// <summary>The fast path: a program in the kernel, kept in step with flows, pools and virtual IPs.</summary>
/// <remarks>
/// Its thread looks every 5 ms what has changed in pools and flows, ten times a second what in virtual IPs and
/// links.
/// From before a change of flows until the kernel has it too every packet goes to the queues, so no two paths disagree.
/// Where the kernel refuses it, one line says so and the queues do all.
/// </remarks>
/// <param name="settings">Where it shall be.</param>
/// <param name="flows">The flows in force.</param>
/// <param name="hashMode">What of an SCTP packet is hashed.</param>
/// <param name="mask">The bits of marks that are ours.</param>
/// <param name="tap">Who watches packets wants them all in the queues.</param>
/// <param name="log">Is told once how it went.</param>
internal sealed class KernelPath(
    FastPathSettings settings, FlowTable flows, HashMode hashMode, MarkMask mask, PacketTap tap, EventLog log)
    : IDisposable
{
    private const string On = "on";
    private const int LooksPerRound = 20;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    /// <summary>All flows are published anew for each change. So while many come one after the other, this thread rests
    /// for so many times as long as it has worked; packets are left to the queues meanwhile.</summary>
    private const int RestsPerWork = 8;

    private readonly Lock _beginnings = new();
    private readonly Lock _use = new();
    private readonly AutoResetEvent _woken = new(initialState: false);
    private readonly LinkAttachment[] _links =
        [.. settings.Links.Select((name, place) => new LinkAttachment(name, place, log))];

    /// <summary>What was counted by those before, and by this one until its end, by link and outcome.</summary>
    private readonly long[,] _earlier = new long[settings.Links.Count, FastPathOutcomes.Names.Length];
    private FastPathProgram? _program;
    private volatile FastPathTables? _tables;
    private volatile string _state = "off: not started yet";
    private FlowSet? _published;
    private long _mayPublishFrom;
    private IReadOnlySet<int>? _marks;
    private int _changes;
    private bool _isWatched;
    private bool _isLeft;

    /// <summary>On, or why not, in a few words.</summary>
    public string State => _state != On ? _state
        : _tables is { IsPaused: true } ? "paused"
        : Array.Exists(_links, link => link.State == LinkAttachment.On) ? On
        : "off: at no link";

    /// <summary>The links, in the order of their places.</summary>
    public IReadOnlyList<LinkAttachment> Links => _links;

    /// <summary>How it shall be.</summary>
    public FastPathSettings Settings => settings;

    /// <summary>Changes flows. Until the kernel knows, all packets go to the queues.</summary>
    /// <returns>What the change returns.</returns>
    public bool Change(Func<bool> change)
    {
        lock (_beginnings)
        {
            if (_tables is null)
            {
                return change();
            }
            _tables.Pause();
        }
        try
        {
            return change();
        }
        finally
        {
            Interlocked.Increment(ref _changes);
            _woken.Set();
        }
    }

    /// <summary>Brings what the kernel has counted to the counts of flows and targets.</summary>
    public void Gather()
    {
        lock (_use)
        {
            _tables?.Gather();
        }
    }

    /// <summary>Packets of a link that came to an end, by the names of <see cref="FastPathOutcomes"/>.</summary>
    /// <param name="link">By its place.</param>
    /// <param name="outcome">By its place.</param>
    public long PacketsOf(int link, int outcome)
    {
        lock (_use)
        {
            return _earlier[link, outcome] + (_tables?.OutcomesOf(link, outcome) ?? 0);
        }
    }

    /// <summary>Packets of a link by outcome, as they go to another balancer.</summary>
    public long[] RowOf(int link)
    {
        long[] row = new long[FastPathOutcomes.Names.Length];
        for (int outcome = 0; outcome < row.Length; outcome++)
        {
            row[outcome] = PacketsOf(link, outcome);
        }
        return row;
    }

    /// <summary>Counts on from there.</summary>
    /// <param name="link">By its place.</param>
    /// <param name="row">Of <see cref="RowOf"/> in another process.</param>
    public void Carry(int link, ReadOnlySpan<long> row)
    {
        lock (_use)
        {
            for (int outcome = 0; outcome < row.Length; outcome++)
            {
                _earlier[link, outcome] = row[outcome];
            }
        }
    }

    /// <summary>Counts on from where another one of this process has ended, at links that both have.</summary>
    /// <param name="before">Null for none.</param>
    public void Carry(KernelPath? before)
    {
        foreach (var link in _links)
        {
            if (before?._links.FirstOrDefault(other => other.Name == link.Name) is { } same)
            {
                Carry(link.Place, before.RowOf(same.Place));
            }
        }
    }

    /// <summary>Packets of all links that were given to targets.</summary>
    public long Balanced => Enumerable.Range(0, settings.Links.Count).Sum(link =>
        PacketsOf(link, FastPathOutcomes.Decided) + PacketsOf(link, FastPathOutcomes.Redirected));

    /// <summary>What the kernel would make of a whole packet without a mark.</summary>
    /// <param name="key">Of the packet.</param>
    /// <param name="link">The place of the link it comes by.</param>
    public Judgement Judge(in PacketKey key, int link)
    {
        lock (_use)
        {
            return _tables?.Judge(key, link) ?? new Judgement(FastPathOutcomes.Paused);
        }
    }

    /// <summary>Leaves every packet to the queues, which another process takes over, and counts no more.</summary>
    /// <remarks>Also one that is still about to begin.</remarks>
    public void Leave()
    {
        lock (_use)
        {
            if (_isLeft)
            {
                return;
            }
            _isLeft = true;
            if (_tables is null)
            {
                return;
            }
            _tables.Pause();
            FastPathProgram.WaitForRunning(); // what is being decided now is counted then
            _tables.Gather();
        }
    }

    /// <summary>Goes on after <see cref="Leave"/>: nobody has taken over.</summary>
    public void Return()
    {
        lock (_use)
        {
            if (_isLeft)
            {
                _isLeft = false;
                _tables?.Resume();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_links, link => link.Detach());
        _program?.Dispose();
        _program = null;
    }

    /// <summary>Decides packets until it is told to end, or the kernel refuses.</summary>
    /// <param name="stopping">Tells it.</param>
    public void Run(CancellationToken stopping)
    {
        try
        {
            using var vips = new VirtualIps(settings.Vips);
            using var exits = settings.Redirects ? new TargetExits(settings, mask) : null;
            using var devices = DeviceSocket.Open();
            Begin(vips, devices);
            for (int look = 1; !stopping.IsCancellationRequested; look++)
            {
                _woken.WaitOne(Beat);
                bool isWhole = look % LooksPerRound == 0;
                Look(vips, exits, isWhole, areLinksOthers: isWhole && Attach(_tables!, devices));
            }
        }
        catch (SystemCallException e)
        {
            _state = $"refused: {e.Message}";
            log.Write(Severity.Warning, "no fast path: the queues do all", new LogField("reason", e.Message));
        }
        finally
        {
            End();
        }
    }

    private void Begin(VirtualIps vips, DeviceSocket devices)
    {
        _program = FastPathProgram.Load();
        var tables = new FastPathTables(_program.Memory, flows.Workers - 1, hashMode, mask);
        Attach(tables, devices);
        vips.Refresh();
        lock (_use)
        {
            lock (_beginnings)
            {
                _tables = tables; // a change of flows is over, or pauses from here on
            }
            Publish(vips);
            if (!_isLeft)
            {
                tables.Resume(); // else a takeover came before this; should it fail, Return does it
            }
        }
        _state = On;
    }

    /// <returns>True when some are others than before.</returns>
    private bool Attach(FastPathTables tables, DeviceSocket devices)
    {
        bool areOthers = false;
        foreach (var link in _links)
        {
            areOthers |= link.Refresh(_program!, tables, devices);
        }
        return areOthers;
    }

    private void Look(VirtualIps vips, TargetExits? exits, bool isWhole, bool areLinksOthers)
    {
        lock (_use)
        {
            bool mayPublish = MonotonicClock.NowNanoseconds >= _mayPublishFrom;
            // Whoever has counted up has changed the flows before.
            int changes = mayPublish ? Interlocked.Exchange(ref _changes, 0) : 0;
            bool isChanged = isWhole && vips.Refresh();
            if (isChanged || mayPublish && flows.Current != _published)
            {
                Publish(vips);
                isChanged = true;
            }
            isChanged |= areLinksOthers | _tables!.Refresh() > 0;
            if (exits is not null)
            {
                Refresh(exits, vips, isChanged);
            }
            Watch();
            if (changes > 0)
            {
                _tables.Resume(changes);
            }
            if (isWhole)
            {
                _tables.Gather();
            }
        }
    }

    private void Refresh(TargetExits exits, VirtualIps vips, bool isChanged)
    {
        if (isChanged || _marks is null)
        {
            _marks = _tables!.Marks;
            isChanged = true;
        }
        // Slots may have other marks by now, of which the program would know no exit.
        if (exits.Refresh(_marks, vips.Current, isChanged) || isChanged)
        {
            _tables!.PublishExits(exits.Current, exits.Links);
        }
    }

    private void Publish(VirtualIps vips)
    {
        long began = MonotonicClock.NowNanoseconds;
        var current = flows.Current;
        _tables!.Publish(current, vips.Current);
        _published = current;
        long ended = MonotonicClock.NowNanoseconds;
        _mayPublishFrom = ended + RestsPerWork * (ended - began);
    }

    private void Watch()
    {
        if (tap.IsWatched == _isWatched)
        {
            return;
        }
        _isWatched = !_isWatched;
        if (_isWatched)
        {
            _tables!.Pause();
        }
        else
        {
            _tables!.Resume();
        }
    }

    /// <summary>Nothing is decided from here on; what is attached goes at once.</summary>
    private void End()
    {
        Leave();
        Array.ForEach(_links, link => link.Detach());
        lock (_beginnings)
        {
            lock (_use)
            {
                for (int link = 0; _tables is not null && link < _links.Length; link++)
                {
                    Carry(link, RowOf(link));
                }
                _tables = null;
                _program?.Dispose();
                _program = null;
            }
        }
    }
}
