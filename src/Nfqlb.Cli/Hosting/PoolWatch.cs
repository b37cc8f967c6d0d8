using Nfqlb.Cli.Control;

namespace Nfqlb.Cli.Hosting;

/// <summary>Looks from time to time whether pools were replaced or are no longer used.</summary>
/// <param name="pools">The pools to look at.</param>
internal sealed class PoolWatch(PoolCatalog pools) : IWatch
{
    /// <summary>After this time at the latest each pool was looked at; it is a glance at a word of memory, without a
    /// system call.</summary>
    public static readonly TimeSpan Often = 2 * WatchRound.Beat;

    /// <inheritdoc/>
    public TimeSpan Period => Often;

    /// <inheritdoc/>
    public void Look() => pools.Refresh();
}
