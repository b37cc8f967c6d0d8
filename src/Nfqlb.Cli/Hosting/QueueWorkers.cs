using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.Logging;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Runs one loop a queue, each on a thread of its own.</summary>
/// <remarks>A queue without its loop drops all traffic silently, so a loop that fails ends the process.</remarks>
/// <param name="workers">A worker a queue.</param>
/// <param name="end">What becomes of packets that wait when the workers are told to stop.</param>
/// <param name="lifetime">Ends the process.</param>
/// <param name="log">Is told of failures.</param>
internal sealed class QueueWorkers(
    IReadOnlyList<Worker> workers, QueueEnd end, IHostApplicationLifetime lifetime, EventLog log)
    : IHostedService
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly List<Thread> _threads = [];
    private int _failures;

    /// <summary>True when a loop has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failures) > 0;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation)
    {
        foreach (var (queue, loop, _) in workers)
        {
            var thread = new Thread(() => Run(queue.Number, loop))
            {
                Name = $"nfq-{queue.Number}",
                IsBackground = true,
            };
            thread.Start();
            _threads.Add(thread);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellation)
    {
        foreach (var (queue, loop, _) in workers)
        {
            Stop(queue.Number, loop);
        }

        // A loop that cannot be woken ends with the process.
        _threads.ForEach(thread => thread.Join(StopLimit));
        return Task.CompletedTask;
    }

    private void Run(QueueNumber queue, QueueLoop loop)
    {
        try
        {
            loop.Run();
        }
        catch (Exception e)
        {
            Fail(queue, e);
            lifetime.StopApplication();
        }
    }

    private void Stop(QueueNumber queue, QueueLoop loop)
    {
        try
        {
            loop.Stop(end);
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
