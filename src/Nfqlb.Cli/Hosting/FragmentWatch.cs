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

    private long[] _shown = [];

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellation)
    {
        // Before the first command can be answered.
        Show();
        return base.StartAsync(cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            Show();
        }
    }

    private void Show()
    {
        fragments.Expire(MonotonicClock.NowNanoseconds);
        long[] figures = FragmentListing.FiguresOf(fragments);
        if (!figures.AsSpan().SequenceEqual(_shown))
        {
            statistics.Publish(figures);
            _shown = figures;
        }
    }
}
