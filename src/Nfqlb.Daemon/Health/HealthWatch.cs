using Nfqlb.Daemon.Workers;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Health;

/// <summary>Knows at any time whether packets leave the balancer.</summary>
/// <remarks>It looks every second, so a queue that is stuck is told of after two at the latest. Who has bound a queue
/// is looked at when somebody asks.</remarks>
/// <param name="workers">A worker a queue.</param>
/// <param name="threads">Run them.</param>
/// <param name="time">What the age of the last look is measured by.</param>
internal sealed class HealthWatch(IReadOnlyList<Worker> workers, QueueWorkers threads, TimeProvider time) : IWatch
{
    /// <summary>After that the process is too busy, or too broken, to look: what it last saw says nothing.</summary>
    private static readonly TimeSpan OldestLook = TimeSpan.FromSeconds(10);

    private readonly QueueWatch _queues = new(workers);
    private volatile QueueFault[] _seen = new QueueFault[workers.Count];
    private long _lookedAt = time.GetTimestamp();
    private volatile BalancerPhase _phase;

    /// <inheritdoc/>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How far the balancer is in its life; once it stops, it does not come back.</summary>
    public BalancerPhase Phase
    {
        get => _phase;
        set => _phase = _phase == BalancerPhase.Stopping ? BalancerPhase.Stopping : value;
    }

    /// <summary>Whether packets wait in a queue and none is answered.</summary>
    public bool IsStuck(QueueNumber number)
    {
        for (int i = 0; i < workers.Count; i++)
        {
            if (workers[i].Queue.Number == number)
            {
                return _seen[i] == QueueFault.Stuck;
            }
        }
        return false;
    }

    /// <summary>How things stand.</summary>
    public BalancerHealth Report() => new(Faults(_ => true), Phase);

    /// <summary>Why packets should go to another balancer, a line each. One that has more of them than it can answer
    /// is no reason: the others would have more still.</summary>
    public string[] FaultsOfService() => [.. Faults(fault => fault != QueueFault.Overrun)];

    private List<string> Faults(Predicate<QueueFault> isMeant)
    {
        var faults = new List<string>();
        var bound = KernelQueue.TryReadAll();
        for (int i = 0; i < workers.Count; i++)
        {
            var queue = workers[i].Queue;
            var binding = QueueWatch.BindingOf(queue, bound);
            var fault = binding != QueueFault.None ? binding
                : !threads.IsRunning(i) ? QueueFault.Unread
                : _seen[i];
            if (fault != QueueFault.None && isMeant(fault))
            {
                faults.Add(QueueFaultWords.Of(queue.Number, fault));
            }
        }
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) > OldestLook)
        {
            faults.Add($"nobody has looked at the queues for {OldestLook.TotalSeconds:0} seconds");
        }
        return faults;
    }

    /// <inheritdoc/>
    public void Look()
    {
        _seen = _queues.Look();
        Volatile.Write(ref _lookedAt, time.GetTimestamp());
    }
}
