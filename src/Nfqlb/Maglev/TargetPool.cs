namespace Nfqlb.Maglev;

/// <summary>A named pool of targets, as flows refer to it. Its segment may be replaced while packets flow.</summary>
/// <param name="name">The name by which `init` made it.</param>
/// <param name="segment">The segment the name leads to now.</param>
public sealed class TargetPool(PoolName name, PoolSegment segment)
{
    private volatile PoolSegment _segment = segment;

    /// <summary>The name by which `init` made it.</summary>
    public PoolName Name { get; } = name;

    /// <summary>The segment in use. A new one takes effect with the next look-up.</summary>
    public PoolSegment Segment
    {
        get => _segment;
        set => _segment = value;
    }

    /// <summary>The target that a hash belongs to; null when the pool has none.</summary>
    public FirewallMark? Find(uint hash) => _segment.Find(hash);
}
