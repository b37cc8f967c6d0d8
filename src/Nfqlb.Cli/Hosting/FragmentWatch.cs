using Nfqlb.Cli.Control;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Cli.Hosting;

/// <summary>Forgets fragments whose time is over when no packet does, and shows the table's statistics.</summary>
/// <param name="fragments">The table.</param>
/// <param name="statistics">Where they are shown; disposed by the caller.</param>
internal sealed class FragmentWatch(FragmentTable fragments, FragmentStatisticsSegment statistics) : IWatch
{
    /// <inheritdoc/>
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public void Look()
    {
        fragments.Expire(MonotonicClock.NowNanoseconds);
        statistics.Publish(FragmentListing.FiguresOf(fragments));
    }
}
