using System.Collections.Immutable;
using Nfqlb.Flows;
using Nfqlb.Queues;

namespace Nfqlb.Planning.Objects;

/// <summary>What our table in the kernel does.</summary>
/// <param name="Vips">The packets it queues, by their destination.</param>
/// <param name="Queue">Where to; null when no rule does.</param>
/// <param name="Kind">By which statement; null with it.</param>
/// <param name="WithoutConntrack">Connection tracking is kept away from them.</param>
public sealed record QueuedVips(
    ImmutableArray<Cidr> Vips, QueueRule? Queue, QueueKind? Kind, bool WithoutConntrack)
{
    /// <summary>No table, or none that can be seen.</summary>
    public static readonly QueuedVips None = new([], null, null, false);

    /// <summary>What the fast path has decided passes by the queues.</summary>
    public bool PassesDecided { get; init; } = true;

    /// <summary>Others have changed the table: what becomes of packets there is not known.</summary>
    public bool IsChanged { get; init; }

    /// <summary>There is a table of ours at all.</summary>
    public bool Exists { get; init; }
}
