using Nfqlb.Maglev;

namespace Nfqlb.Flows;

/// <summary>The flow of a packet, with what becomes of the packet at hand.</summary>
/// <remarks>Pool and counter are the entry's own, kept beside it so that a look-up need not touch the entry's memory.
/// </remarks>
/// <param name="Entry">The flow.</param>
/// <param name="Pool">Its pool; null for a helper flow.</param>
/// <param name="Counter">Its counter.</param>
public readonly record struct FlowMatch(FlowEntry Entry, TargetPool? Pool, FlowCounter Counter)
{
    internal FlowMatch(FlowEntry entry)
        : this(entry, entry.Pool, entry.Counter)
    {
    }
}
