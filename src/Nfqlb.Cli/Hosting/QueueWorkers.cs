using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Linux;
using Nfqlb.Linux.Queue;

namespace Nfqlb.Cli.Hosting;

/// <summary>Runs one loop a queue, each on a thread of its own.</summary>
/// <remarks>A queue without its loop drops all traffic silently, so a loop that fails ends the process.</remarks>
/// <param name="loops">The loops by queue.</param>
/// <param name="stop">Ends all of them.</param>
/// <param name="lifetime">Ends the process.</param>
internal sealed class QueueWorkers(
    IReadOnlyDictionary<QueueNumber, QueueLoop> loops, StopSignal stop, IHostApplicationLifetime lifetime)
    : IHostedService
{
    private readonly List<Thread> _threads = [];
    private int _failures;

    /// <summary>True when a loop has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _failures) > 0;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation)
    {
        foreach (var (queue, loop) in loops)
        {
            var thread = new Thread(() => Run(queue, loop)) { Name = $"nfq-{queue}", IsBackground = true };
            thread.Start();
            _threads.Add(thread);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellation)
    {
        stop.Set();
        _threads.ForEach(thread => thread.Join());
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
            Interlocked.Increment(ref _failures);
            Output.Complaint.WriteLine($"Queue {queue} failed: {e.Message}");
            lifetime.StopApplication();
        }
    }
}
