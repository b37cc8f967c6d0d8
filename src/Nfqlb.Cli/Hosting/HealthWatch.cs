using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Knows at any time whether the balancer does its work.</summary>
/// <remarks>It looks every second, so a queue that is stuck is told of after two at the latest.</remarks>
/// <param name="workers">A worker a queue.</param>
/// <param name="time">What the age of the last look is measured by.</param>
internal sealed class HealthWatch(IReadOnlyList<Worker> workers, TimeProvider time) : IWatch
{
    /// <summary>After that the process is too busy, or too broken, to look: what it last saw says nothing.</summary>
    private static readonly TimeSpan OldestLook = TimeSpan.FromSeconds(10);

    private readonly QueueWatch _queues = new(workers);
    private volatile IReadOnlyList<QueueNumber> _stuck = [];
    private long _lookedAt = time.GetTimestamp();
    private volatile BalancerPhase _phase;

    /// <inheritdoc/>
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Runs the workers; null before that.</summary>
    public QueueWorkers? Threads { get; set; }

    /// <summary>How far the balancer is in its life; once it stops, it does not come back.</summary>
    public BalancerPhase Phase
    {
        get => _phase;
        set => _phase = _phase == BalancerPhase.Stopping ? BalancerPhase.Stopping : value;
    }

    /// <summary>What the kernel knows of bound queues; null where it does not tell this user.</summary>
    public static IReadOnlyList<KernelQueue>? TryReadQueues()
    {
        try
        {
            return KernelQueue.ReadAll();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether packets wait in a queue and none is answered.</summary>
    public bool IsStuck(QueueNumber number)
    {
        foreach (var stuck in _stuck)
        {
            if (stuck == number)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>How things stand.</summary>
    public BalancerHealth Report()
    {
        var faults = new List<string>();
        var bound = TryReadQueues();
        for (int i = 0; i < workers.Count; i++)
        {
            var number = workers[i].Queue.Number;
            if (bound is not null && !IsAmong(bound, number))
            {
                faults.Add($"queue {number} is not bound");
            }
            if (Threads?.IsRunning(i) != true)
            {
                faults.Add($"queue {number} is not read: its worker does not run");
            }
            else if (IsStuck(number))
            {
                faults.Add($"queue {number} makes no progress though packets wait");
            }
        }
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) > OldestLook)
        {
            faults.Add($"nobody has looked at the queues for {OldestLook.TotalSeconds:0} seconds");
        }
        return new BalancerHealth(faults, Phase);
    }

    /// <inheritdoc/>
    public void Look()
    {
        _stuck = _queues.FindStuck();
        Volatile.Write(ref _lookedAt, time.GetTimestamp());
    }

    private static bool IsAmong(IReadOnlyList<KernelQueue> bound, QueueNumber number)
    {
        foreach (var queue in bound)
        {
            if (queue.Number == number)
            {
                return true;
            }
        }
        return false;
    }
}
