using System.Collections.Immutable;
using Nfqlb.Flows;

namespace Nfqlb.Wanted;

/// <summary>Everything that an operator asks for, in one value: what the kernel, the pools and the balancer are made to
/// match.</summary>
public sealed record WantedState
{
    /// <summary>Nothing.</summary>
    public static readonly WantedState Empty = new();

    /// <summary>How the routing rules of the targets are laid out.</summary>
    public RuleLayout Rules { get; init; } = RuleLayout.Tree;

    /// <summary>The pools with their targets, by name.</summary>
    public ImmutableArray<WantedPool> Pools { get; init; } = [];

    /// <summary>The flows, in the order of their definition.</summary>
    public ImmutableArray<Flow> Flows { get; init; } = [];

    /// <summary>The virtual addresses.</summary>
    public ImmutableArray<WantedVip> Vips { get; init; } = [];

    /// <summary>How packets for the virtual addresses are queued.</summary>
    public WantedQueues Queues { get; init; } = new();

    /// <summary>All targets, with their pools.</summary>
    public IEnumerable<(WantedPool Pool, WantedTarget Target)> Targets =>
        Pools.SelectMany(pool => pool.Targets.Select(target => (pool, target)));
}
