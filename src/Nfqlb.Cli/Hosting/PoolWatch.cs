using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Hosting;

/// <summary>Looks from time to time whether pools were replaced or are no longer used.</summary>
/// <param name="pools">The pools to look at.</param>
internal sealed class PoolWatch(PoolCatalog pools) : BackgroundService
{
    /// <summary>How often; it is a glance at a word of memory a pool, without a system call.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            pools.Refresh();
        }
    }
}
