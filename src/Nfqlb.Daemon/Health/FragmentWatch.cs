using Nfqlb.Control;
using Nfqlb.Fragments;
using Nfqlb.Linux;
using Nfqlb.Linux.SharedMemory;

namespace Nfqlb.Daemon.Health;

/// <summary>Forgets fragments whose time is over when no packet does, and shows the table's statistics.</summary>
/// <param name="fragments">The table.</param>
/// <param name="statistics">Where they are shown; disposed by the caller.</param>
internal sealed class FragmentWatch(FragmentTable fragments, FragmentStatisticsSegment statistics) : IWatch
{
    private readonly Lock _showing = new();
    private FragmentStatisticsSegment _statistics = statistics;

    /// <inheritdoc/>
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public void Look()
    {
        fragments.Expire(MonotonicClock.NowNanoseconds);
        lock (_showing)
        {
            _statistics.Publish(FragmentListing.FiguresOf(fragments));
        }
    }

    /// <summary>From now on shows them elsewhere, and lets go of where it did so far.</summary>
    /// <param name="other">Kept until the next change, or the end of the process.</param>
    public void ShowIn(FragmentStatisticsSegment other)
    {
        lock (_showing)
        {
            _statistics.Dispose();
            _statistics = other;
        }
    }
}
