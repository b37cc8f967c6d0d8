using System.Collections.Immutable;
using Nfqlb.Flows;

namespace Nfqlb.Planning.Model;

/// <summary>Everything that an operator asks for, in one value: what the kernel, the pools and the balancer are made to
/// match.</summary>
public sealed record DesiredState
{
    /// <summary>Nothing.</summary>
    public static readonly DesiredState Empty = new();

    /// <summary>How the routing rules of the targets are laid out.</summary>
    public RuleLayout Rules { get; init; } = RuleLayout.Tree;

    /// <summary>The bits of marks that are nfqlb's.</summary>
    public MarkMask MarkMask { get; init; }

    /// <summary>The pools with their targets, by name.</summary>
    public ImmutableArray<DesiredPool> Pools { get; init; } = [];

    /// <summary>The flows, in the order of their definition.</summary>
    public ImmutableArray<Flow> Flows { get; init; } = [];

    /// <summary>The virtual addresses.</summary>
    public ImmutableArray<DesiredVip> Vips { get; init; } = [];

    /// <summary>How they are announced; null where they are not.</summary>
    public DesiredAnnouncing? Announcing { get; init; }

    /// <summary>Where the kernel decides packets itself; null for nowhere.</summary>
    public DesiredFastPath? FastPath { get; init; }

    /// <summary>How packets for the virtual addresses are queued.</summary>
    public DesiredQueues Queues { get; init; } = new();

    /// <summary>What links shall do.</summary>
    public ImmutableArray<DesiredFeature> Features { get; init; } = [];

    /// <summary>What settings of the kernel should be, by name. They are looked at, never written.</summary>
    public ImmutableArray<DesiredSysctl> Sysctls { get; init; } = [];

    /// <summary>The files and directories that `serve` follows and that ask for it, by their whole paths; none where
    /// none does. No document says so: it is kept, so that whoever finds no balancer knows what was run.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>All targets, with their pools.</summary>
    public IEnumerable<PooledTarget> Targets =>
        Pools.SelectMany(pool => pool.Targets.Select(target => new PooledTarget(pool, target)));

    /// <summary>The same with pools by name, their targets by slot, links and sysctls by name; itself where it is so.
    /// </summary>
    public DesiredState InOrder()
    {
        var pools = Pools;
        for (int i = 0; i < pools.Length; i++)
        {
            var targets = InOrder(pools[i].Targets, (one, other) => one.Slot.CompareTo(other.Slot));
            pools = targets == pools[i].Targets ? pools : pools.SetItem(i, pools[i] with { Targets = targets });
        }
        pools = InOrder(pools, (one, other) => string.CompareOrdinal(one.Name.Text, other.Name.Text));
        var features = InOrder(Features, Compare);
        var sysctls = InOrder(Sysctls, (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return pools == Pools && features == Features && sysctls == Sysctls ? this
            : this with { Pools = pools, Features = features, Sysctls = sysctls };
    }

    private static int Compare(DesiredFeature one, DesiredFeature other)
    {
        int order = string.CompareOrdinal(one.Key.Link, other.Key.Link);
        return order != 0 ? order : string.CompareOrdinal(one.Key.Name, other.Key.Name);
    }

    private static ImmutableArray<T> InOrder<T>(ImmutableArray<T> items, Comparison<T> compare)
    {
        for (int i = 1; i < items.Length; i++)
        {
            if (compare(items[i - 1], items[i]) > 0)
            {
                // Stable: of equal ones, which are refused, the first stays the first.
                return [.. items.Order(Comparer<T>.Create(compare))];
            }
        }
        return items;
    }

    /// <summary>The same with one pool added, or in place of the one of its name.</summary>
    public DesiredState With(DesiredPool pool)
    {
        var old = Pools.FirstOrDefault(other => other.Name == pool.Name);
        return this with { Pools = old is null ? Pools.Add(pool) : Pools.Replace(old, pool) };
    }
}
