using Nfqlb.Daemon.Flows;

namespace Nfqlb.Daemon.Health;

/// <summary>Looks from time to time whether pools were replaced or are no longer used.</summary>
/// <param name="pools">The pools to look at.</param>
internal sealed class PoolWatch(PoolCatalog pools) : IWatch
{
    /// <summary>Between two looks; each is a glance at a word of memory a pool, and one system call.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public TimeSpan Period => Interval;

    /// <inheritdoc/>
    public void Look() => pools.Refresh();
}
