using Microsoft.Extensions.Hosting;

namespace Nfqlb.Daemon.Health;

/// <summary>Goes round some watches, on a thread of its own.</summary>
/// <remarks>A timer for each would wake several threads of the pool every time, more than a hundred a second in all, on
/// cores that the queues' threads need.</remarks>
/// <param name="watches">In the order in which they look; at least one.</param>
internal sealed class WatchRound(params IReadOnlyList<IWatch> watches) : BackgroundService
{
    private readonly TimeSpan _beat = watches.Min(watch => watch.Period);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Task.Factory.StartNew(
        () => GoRound(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void GoRound(CancellationToken stopping)
    {
        for (long beat = 1; !stopping.WaitHandle.WaitOne(_beat); beat++)
        {
            foreach (var watch in watches)
            {
                if (beat % (watch.Period.Ticks / _beat.Ticks) == 0)
                {
                    watch.Look();
                }
            }
        }
    }
}
