using Nfqlb.Flows;

namespace Nfqlb.Daemon.Handover;

/// <summary>The counters of many flows in an order that two balancers agree on: that in which the flows were handed
/// over.</summary>
/// <remarks>Made before the queues stand still, so that counts go from one to the other without names.</remarks>
internal sealed class FlowCounters
{
    /// <summary>For each flow the flow and its helper; null where there is none.</summary>
    private readonly FlowEntry?[] _entries;

    /// <param name="flows">The flows in force here.</param>
    /// <param name="order">As they were handed over; one that is not in force here keeps its place.</param>
    public FlowCounters(FlowSet flows, IReadOnlyList<Flow> order)
    {
        var byName = new Dictionary<FlowName, FlowEntry>(flows.Count);
        foreach (var entry in flows.Entries)
        {
            byName.Add(entry.Flow.Name, entry);
        }
        _entries = new FlowEntry?[2 * order.Count];
        for (int i = 0; i < order.Count; i++)
        {
            _entries[2 * i] = byName.GetValueOrDefault(order[i].Name);
            _entries[2 * i + 1] =
                order[i].UdpEncapsulationPort is null ? null : byName.GetValueOrDefault(order[i].Name.Helper);
        }
    }

    /// <summary>How many counts there are.</summary>
    public int Length => _entries.Length;

    /// <summary>The counts as they stand.</summary>
    public long[] Read()
    {
        long[] counts = new long[_entries.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = _entries[i]?.Counter.Sum ?? 0;
        }
        return counts;
    }

    /// <summary>Counts on from there.</summary>
    public void Carry(ReadOnlySpan<long> counts)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            _entries[i]?.Counter.Carry(counts[i]);
        }
    }
}
