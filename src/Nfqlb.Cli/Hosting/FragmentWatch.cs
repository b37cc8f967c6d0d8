using Microsoft.Extensions.Hosting;
using Nfqlb.Cli.Control;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Hosting;

/// <summary>Forgets fragments whose time is over when no packet does, and shows the table's statistics.</summary>
/// <param name="fragments">The table.</param>
/// <param name="statistics">Where they are shown; disposed by the caller.</param>
internal sealed class FragmentWatch(FragmentTable fragments, FragmentStatisticsSegment statistics) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            fragments.Expire(MonotonicClock.NowNanoseconds);
            statistics.Publish(FragmentListing.FiguresOf(fragments));
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }
}
