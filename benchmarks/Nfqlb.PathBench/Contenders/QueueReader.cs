using System.Diagnostics;
using Nfqlb.Linux.Queue;
using Nfqlb.PathBench.Lab;
using Nfqlb.Queues;

namespace Nfqlb.PathBench.Contenders;

/// <summary>A process that reads queues, on the cores it is given.</summary>
internal sealed class QueueReader : IRunning
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly QueueSpan _queues;

    /// <summary>Starts the program and waits until all its queues are bound.</summary>
    /// <param name="queues">Its queues.</param>
    /// <param name="cores">Those it may use, as taskset takes them.</param>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <exception cref="BenchException">It ends instead.</exception>
    public QueueReader(
        QueueSpan queues, string cores, string program, IEnumerable<string> arguments,
        params (string Name, string Value)[] environment)
    {
        _queues = queues;
        var start = new ProcessStartInfo("taskset", ["-c", cores, program, .. arguments])
        {
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        var end = DateTime.UtcNow + StartLimit;
        while (Queues().Count() < queues.Count)
        {
            if (_process.HasExited || DateTime.UtcNow > end)
            {
                throw new BenchException($"{program} has not bound its queues: {Complaint()}");
            }
            Thread.Sleep(10);
        }
    }

    /// <inheritdoc/>
    public int? ProcessId => _process.HasExited
        ? throw new BenchException($"{_process.StartInfo.ArgumentList[2]} has ended: {Complaint()}")
        : _process.Id;

    /// <inheritdoc/>
    public long QueueDrops => Queues().Sum(queue => queue.DroppedQueueFull + queue.DroppedSocketFull);

    /// <inheritdoc/>
    public long Waiting => Queues().Sum(queue => queue.WaitingPackets);

    /// <inheritdoc/>
    public void TakeTraffic() => Steering.ToQueues(_queues);

    /// <inheritdoc/>
    public void Dispose()
    {
        Steering.ToNobody();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private IEnumerable<KernelQueue> Queues()
    {
        for (int number = _queues.First; number <= _queues.Last; number++)
        {
            if (KernelQueue.Find(new QueueNumber((ushort)number)) is { } queue)
            {
                yield return queue;
            }
        }
    }

    private string Complaint() => _process.HasExited ? _process.StandardError.ReadToEnd().Trim() : "it waits";
}
