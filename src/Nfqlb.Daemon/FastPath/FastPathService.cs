using Microsoft.Extensions.Hosting;
using Nfqlb.Daemon.Logging;
using Nfqlb.Daemon.Settings;
using Nfqlb.Flows;
using Nfqlb.Tracing;

namespace Nfqlb.Daemon.FastPath;

/// <summary>The fast path as it is asked for, on a thread of its own: where something else is asked for, another one
/// takes the place of the one that is, and packets go to the queues meanwhile.</summary>
/// <param name="settings">How it shall be at first, and what is the same for all.</param>
/// <param name="flows">The flows in force.</param>
/// <param name="tap">Who watches packets wants them all in the queues.</param>
/// <param name="log">Is told how it went.</param>
internal sealed class FastPathService(BalancerSettings settings, FlowTable flows, PacketTap tap, EventLog log)
    : BackgroundService
{
    /// <summary>Held while flows change, and while one fast path takes another's place.</summary>
    private readonly Lock _changes = new();
    private FastPathSettings? _asked = settings.FastPath;
    private volatile KernelPath? _current = Make(settings, settings.FastPath, flows, tap, log);
    private CancellationTokenSource _end = new();
    private bool _isLeft;

    /// <summary>Packets that were given to targets by those that are gone, and whose counts went with them.</summary>
    private long _earlier;

    /// <summary>The one there is; null where none is asked for.</summary>
    public KernelPath? Current => _current;

    /// <summary>Packets of all links that were given to targets.</summary>
    public long Balanced
    {
        get
        {
            lock (_changes)
            {
                return _earlier + (_current?.Balanced ?? 0);
            }
        }
    }

    /// <summary>Counts on from what another process has given to targets at whatever links.</summary>
    /// <param name="balanced">What <see cref="Balanced"/> was there. The links that are here too have been carried.
    /// </param>
    public void Carry(long balanced)
    {
        lock (_changes)
        {
            _earlier = Math.Max(0, balanced - (_current?.Balanced ?? 0));
        }
    }

    /// <summary>Has it be so from now on. Returns before it is.</summary>
    /// <param name="asked">How; null for no fast path.</param>
    public void Follow(FastPathSettings? asked)
    {
        lock (_changes)
        {
            if (asked != _asked)
            {
                Tell(asked);
                _asked = asked;
                _end.Cancel();
            }
        }
    }

    private void Tell(FastPathSettings? asked)
    {
        if (asked is null)
        {
            log.Write(Severity.Notice, "fast path is off");
            return;
        }
        log.Write(
            Severity.Notice, "fast path is another", new LogField("links", string.Join(',', asked.Links)),
            new LogField("exit", asked.Redirects ? "redirect" : "route"));
    }

    /// <summary>Changes flows. Until the kernel knows, all packets go to the queues.</summary>
    /// <returns>What the change returns.</returns>
    public bool Change(Func<bool> change)
    {
        lock (_changes)
        {
            return _current is { } kernel ? kernel.Change(change) : change();
        }
    }

    /// <summary>Leaves every packet to the queues, which another process takes over, and counts no more.</summary>
    public void Leave()
    {
        lock (_changes)
        {
            _isLeft = true;
            _current?.Leave();
        }
    }

    /// <summary>Goes on after <see cref="Leave"/>: nobody has taken over.</summary>
    public void Return()
    {
        lock (_changes)
        {
            _isLeft = false;
            _current?.Return();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _current?.Dispose();
        _end.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Task.Factory.StartNew(
        () => Run(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stopping)
    {
        using var registration = stopping.Register(() =>
        {
            lock (_changes)
            {
                _end.Cancel();
            }
        });
        while (true)
        {
            var end = _end.Token; // only this thread makes it another one
            if (!end.IsCancellationRequested)
            {
                _current?.Run(end);
            }
            end.WaitHandle.WaitOne();
            if (stopping.IsCancellationRequested)
            {
                return;
            }
            Replace();
        }
    }

    private void Replace()
    {
        lock (_changes)
        {
            var (before, next) = (_current, Make(settings, _asked, flows, tap, log));
            long balanced = before?.Balanced ?? 0;
            next?.Carry(before);
            if (_isLeft)
            {
                next?.Leave();
            }
            _earlier += balanced - (next?.Balanced ?? 0);
            _current = next;
            before?.Dispose();
            _end.Dispose();
            _end = new CancellationTokenSource();
        }
    }

    private static KernelPath? Make(
        BalancerSettings settings, FastPathSettings? asked, FlowTable flows, PacketTap tap, EventLog log) =>
        asked is null ? null
            : new KernelPath(asked, flows, settings.Classifier.HashMode, settings.MarkMask, tap, log);
}
