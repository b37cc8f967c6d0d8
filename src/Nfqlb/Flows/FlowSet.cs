using System.Collections.Immutable;
using Nfqlb.Packets;

namespace Nfqlb.Flows;

/// <summary>All flows at one moment, by falling priority; equal priorities in the order of their definition.</summary>
/// <remarks>Immutable: workers take one for a batch of packets and need no lock.</remarks>
public sealed class FlowSet
{
    /// <summary>No flows.</summary>
    public static readonly FlowSet Empty = new([]);

    private readonly ImmutableArray<FlowEntry> _entries;

    /// <summary>Sorts the entries.</summary>
    /// <param name="entries">In the order of their definition.</param>
    public FlowSet(IEnumerable<FlowEntry> entries) =>
        _entries = [.. entries.OrderByDescending(entry => entry.Flow.Priority)];

    /// <summary>The flows in the order in which they are tried.</summary>
    public ImmutableArray<FlowEntry> Entries => _entries;

    /// <summary>The first flow that accepts the packet; null when none does.</summary>
    /// <param name="packet">A whole packet or a first fragment.</param>
    /// <param name="bytes">The bytes that gave it.</param>
    /// <param name="isPromiscuousPing">Echo requests are accepted by any flow with their addresses.</param>
    public FlowEntry? Find(in Packet packet, ReadOnlySpan<byte> bytes, bool isPromiscuousPing)
    {
        bool isByAddresses = isPromiscuousPing && packet.Kind == PacketKind.EchoRequest;
        foreach (var entry in _entries.AsSpan())
        {
            bool isAccepted = isByAddresses
                ? entry.Pool is not null && entry.Flow.AcceptsAddresses(packet.Key)
                : entry.Flow.Accepts(packet, bytes);
            if (isAccepted)
            {
                return entry;
            }
        }
        return null;
    }
}
