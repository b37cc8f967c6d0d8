namespace Nfqlb.Maglev;

/// <summary>What holds for a pool as a whole, published together with its targets.</summary>
/// <param name="OwnMark">The mark of the balancer itself; used in the LB tier only.</param>
public readonly record struct PoolSettings(int OwnMark)
{
    /// <summary>How many targets must be able to take packets before those of the next priority may stay out; at least
    /// 1.</summary>
    public int MinActive { get; init; } = 1;

    /// <summary>What becomes of packets when no target can take them.</summary>
    public WhenEmpty WhenEmpty { get; init; }
}

/// <summary>What becomes of a pool's packets when no target can take them.</summary>
public enum WhenEmpty
{
    /// <summary>They have no target, as in a pool without targets (`--notargets_fwmark`).</summary>
    NoTarget = 0,

    /// <summary>They go where they went: the last table stays, but for targets that are gone.</summary>
    Keep = 1,
}
