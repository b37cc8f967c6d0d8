using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Maglev;
using Nfqlb.Packets;
using Nfqlb.Planning.Model;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Objects;

/// <summary>What there was at one look: all that is ours, and of others' what is in its way.</summary>
public sealed record ObservedState
{
    /// <summary>Nothing, on a host without links, where no balancer runs.</summary>
    public static readonly ObservedState Empty = new();

    /// <summary>The links by name.</summary>
    public IReadOnlyDictionary<string, LinkIndex> Links { get; init; } =
        ImmutableDictionary<string, LinkIndex>.Empty;

    /// <summary>What links that are there do, of what matters; null for what the kernel does not know.</summary>
    public IReadOnlyDictionary<LinkFeatureKey, LinkFeature?> Features { get; init; } =
        ImmutableDictionary<LinkFeatureKey, LinkFeature?>.Empty;

    /// <summary>The addresses of this host.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    /// <summary>Our routes, and those of others in the tables that matter.</summary>
    public IReadOnlyList<Route> Routes { get; init; } = [];

    /// <summary>Our rules, in the kernel's order.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>The pools that matter and are there.</summary>
    public IReadOnlyDictionary<PoolName, PoolContent> Pools { get; init; } =
        ImmutableDictionary<PoolName, PoolContent>.Empty;

    /// <summary>Somebody gives targets that start slowly the rest of their weight: `serve` runs.</summary>
    public bool HasSlowStart { get; init; }

    /// <summary>Names whose maker was killed before there was a pool.</summary>
    public IReadOnlySet<PoolName> UnfinishedPools { get; init; } = ImmutableHashSet<PoolName>.Empty;

    /// <summary>The balancer's flows in their order; null when none answers, or none was asked.</summary>
    public IReadOnlyList<Flow>? Flows { get; init; }

    /// <summary>Where the balancer was asked for them.</summary>
    public string Balancer { get; init; } = "";

    /// <summary>The table of virtual addresses; null for none.</summary>
    public VipTableContent? Vips { get; init; }
}
