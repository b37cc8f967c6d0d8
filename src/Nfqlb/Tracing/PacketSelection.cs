using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Tracing;

/// <summary>Which packets a watcher wants to see: any of the areas, and all of the names that are given.</summary>
public sealed record PacketSelection
{
    /// <summary>Packets of one of these areas.</summary>
    public TraceAreas Areas { get; init; } = TraceAreas.Packets;

    /// <summary>Only packets that this flow balances; null for any.</summary>
    public FlowName? Flow { get; init; }

    /// <summary>Only packets that this flow for tracing selects; null for any.</summary>
    public FlowName? TraceFlow { get; init; }

    /// <summary>True when no packet can be selected.</summary>
    public bool IsEmpty => (Areas
        & (TraceAreas.Packets | TraceAreas.Fragments | TraceAreas.Sctp | TraceAreas.Flows)) == TraceAreas.None;

    internal bool Selects(in Decision decision) =>
        IsInAreas(decision) && Is(Flow, decision.Flow) && Is(TraceFlow, decision.TraceFlow);

    private static bool Is(FlowName? wanted, FlowEntry? flow) => wanted is null || flow?.Flow.Name == wanted;

    private bool IsInAreas(in Decision decision)
    {
        var areas = TraceAreas.Packets;
        if (decision.TraceFlow is not null)
        {
            areas |= TraceAreas.Flows;
        }
        if (decision.Unparsable == Unparsable.None)
        {
            areas |= decision.Packet.Part == FragmentPart.Whole ? TraceAreas.None : TraceAreas.Fragments;
            areas |= decision.Packet.Key.Protocol == IpProtocol.Sctp ? TraceAreas.Sctp : TraceAreas.None;
        }
        return (areas & Areas) != TraceAreas.None;
    }
}
