using System.Collections.Immutable;
using Nfqlb.Flows.Index;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>All flows at one moment, by falling priority; equal priorities in the order of their definition.</summary>
/// <remarks>
/// <para>
/// Immutable: workers take one for a batch of packets and need no lock. A change gives a new set, which shares all but
/// a few small arrays with the old one.
/// </para>
/// <para>
/// A look-up goes by destination, then by protocol and destination port, then by source, each a hash look-up for every
/// different prefix length in use (a range of ports counts as up to 30 prefixes of at most 17 lengths); groups of up
/// to 8 flows are tried one by one. So it costs the same with ten flows as with 10,000, unless they differ in nothing
/// but source ports and byte matches. The worst case is 129 * 18 * 129 look-ups, for flows made to that end; flows that
/// cannot go before the one found so far are passed over.
/// </para>
/// <para>
/// A change costs a few microseconds for each place of the flow in the index: its prefixes in all three dimensions,
/// multiplied where flows stand close. That is 512 places at most, or its destinations; a flow with more combinations
/// of conditions is sorted by some of them, and asked about the others.
/// </para>
/// </remarks>
public sealed class FlowSet
{
    /// <summary>No flows.</summary>
    public static readonly FlowSet Empty = new(
        ImmutableSortedDictionary<FlowRank, FlowEntry>.Empty, RuleSplit.Empty(Dimension.Destination));

    private readonly ImmutableSortedDictionary<FlowRank, FlowEntry> _byRank;
    private readonly RuleNode _index;

    private FlowSet(
        ImmutableSortedDictionary<FlowRank, FlowEntry> byRank, RuleNode index, bool isCompact = false)
    {
        _byRank = byRank;
        _index = index;
        IsCompact = isCompact;
    }

    /// <summary>A set of many flows, made at once: many times faster than one by one.</summary>
    /// <param name="entries">In any order; the definition of each is no other's.</param>
    public static FlowSet Of(IEnumerable<FlowEntry> entries)
    {
        var sorted = Empty._byRank.ToBuilder();
        foreach (var entry in entries)
        {
            sorted.Add(entry.Rank, entry);
        }
        return CompactOf(sorted.ToImmutable());
    }

    /// <summary>How many there are.</summary>
    public int Count => _byRank.Count;

    /// <summary>True when it was made at once: what look-ups need then stands close together in memory. Changes one by
    /// one scatter it.</summary>
    public bool IsCompact { get; }

    /// <summary>The flows in the order in which they go. Made anew for each call.</summary>
    public ImmutableArray<FlowEntry> Entries => [.. _byRank.Values];

    /// <summary>The same set, made at once.</summary>
    public FlowSet Compacted() => CompactOf(_byRank);

    /// <summary>The same set with one flow more.</summary>
    /// <param name="entry">Its definition is no other flow's.</param>
    public FlowSet With(FlowEntry entry) => new(_byRank.Add(entry.Rank, entry), _index.With(entry));

    /// <summary>The same set with one flow less.</summary>
    /// <param name="entry">One of this set.</param>
    public FlowSet Without(FlowEntry entry) => _index.Without(entry) is { } index
        ? new FlowSet(_byRank.Remove(entry.Rank), index)
        : Empty;

    /// <summary>The first flow that accepts the packet.</summary>
    /// <param name="packet">A whole packet or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    /// <param name="isPromiscuousPing">Echo requests are accepted by any flow with their addresses.</param>
    /// <param name="match">The flow; not valid when this returns false.</param>
    public bool TryFind(in Packet packet, ReadOnlySpan<byte> bytes, bool isPromiscuousPing, out FlowMatch match)
    {
        bool isByAddresses = isPromiscuousPing && packet.Kind == PacketKind.EchoRequest;
        var found = _index.Find(new FlowQuery(packet, bytes, isByAddresses), found: null);
        match = found is null ? default : new FlowMatch(found);
        return found is not null;
    }

    private static FlowSet CompactOf(ImmutableSortedDictionary<FlowRank, FlowEntry> byRank) => byRank.IsEmpty
        ? Empty
        : new FlowSet(byRank, RuleSplit.Of([.. byRank.Values], Dimension.Destination), isCompact: true);
}
