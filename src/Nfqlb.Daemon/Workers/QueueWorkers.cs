using Microsoft.Extensions.Hosting;
using Nfqlb.Daemon.Logging;
using Nfqlb.Linux;
using Nfqlb.Linux.Cpus;
using Nfqlb.Linux.Queue;
using Nfqlb.Queues;

namespace Nfqlb.Daemon.Workers;

/// <summary>Runs one loop a queue, each on a thread of its own.</summary>
/// <remarks>A queue without its loop drops all traffic silently, so a loop that fails ends the process.</remarks>
/// <param name="workers">A worker a queue.</param>
/// <param name="cpus">Those of the threads, in the order of the workers; null for any.</param>
/// <param name="end">What becomes of packets that wait when the workers are told to stop.</param>
/// <param name="beforeStart">Done when everything else is ready.</param>
/// <param name="afterStart">Done when all queues are read.</param>
/// <param name="stop">Tells the process to end.</param>
/// <param name="log">Is told of failures.</param>
internal sealed class QueueWorkers(
    IReadOnlyList<Worker> workers, CpuList? cpus, QueueEnd end, Action beforeStart, Action afterStart,
    Action stop, EventLog log)
    : IHostedService
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private volatile Thread[] _threads = [];
    private int _failures;

    /// <summary>True when a loop has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failures) > 0;

    /// <summary>Whether a worker's loop runs.</summary>
    /// <param name="worker">By its place.</param>
    public bool IsRunning(int worker) => _threads is { Length: > 0 } threads && threads[worker].IsAlive;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation)
    {
        beforeStart();
        Resume();
        afterStart();
        return Task.CompletedTask;
    }

    /// <summary>Starts the loops.</summary>
    public void Resume()
    {
        var threads = new Thread[workers.Count];
        for (int i = 0; i < threads.Length; i++)
        {
            var (queue, loop, _) = workers[i];
            int? cpu = cpus?.ForWorker(i);
            threads[i] = new Thread(() => Run(queue.Number, loop, cpu))
            {
                Name = $"nfq-{queue.Number}",
                IsBackground = true,
            };
            threads[i].Start();
        }
        _threads = threads;
    }

    /// <summary>Stops the loops after the batches at hand; what waits is left in the sockets for whoever reads next.
    /// </summary>
    /// <returns>False when one does not stop in time: it may read on whenever it likes.</returns>
    public bool TryPause() => TryStop(QueueEnd.AtOnce);

    /// <summary>True when another process goes on with the queues.</summary>
    public bool IsHandedOver { get; private set; }

    /// <summary>Ends the process: another one goes on with the queues, and there is nothing left to do.</summary>
    public void HandOver()
    {
        IsHandedOver = true;
        stop();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellation)
    {
        // A loop that cannot be woken ends with the process.
        TryStop(end);
        return Task.CompletedTask;
    }

    private bool TryStop(QueueEnd how)
    {
        if (_threads.Length == 0)
        {
            return true;
        }
        foreach (var (queue, loop, _) in workers)
        {
            Stop(queue.Number, loop, how);
        }

        long deadline = Environment.TickCount64 + (long)StopLimit.TotalMilliseconds;
        bool haveAllStopped = true;
        foreach (var thread in _threads)
        {
            haveAllStopped &= thread.Join((int)Math.Max(0, deadline - Environment.TickCount64));
        }
        _threads = [];
        return haveAllStopped;
    }

    private void Run(QueueNumber queue, QueueLoop loop, int? cpu)
    {
        try
        {
            if (cpu is { } one)
            {
                Pin(queue, one);
            }
            loop.Run();
        }
        catch (Exception e)
        {
            Fail(queue, e);
            stop();
        }
    }

    /// <summary>A CPU may have gone since the start; a queue that is read from elsewhere loses no packets.</summary>
    private void Pin(QueueNumber queue, int cpu)
    {
        try
        {
            CpuAffinity.Pin(cpu);
        }
        catch (SystemCallException e)
        {
            log.Write(
                Severity.Warning, "thread not pinned", new LogField("queue", $"{queue}"),
                new LogField("reason", e.Message));
        }
    }

    private void Stop(QueueNumber queue, QueueLoop loop, QueueEnd how)
    {
        try
        {
            loop.Stop(how);
        }
        catch (SystemCallException e)
        {
            Fail(queue, e);
        }
    }

    private void Fail(QueueNumber queue, Exception e)
    {
        Interlocked.Increment(ref _failures);
        log.Write(
            Severity.Error, "queue failed", new LogField("queue", $"{queue}"), new LogField("reason", e.Message));
    }
}
