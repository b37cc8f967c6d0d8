using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb;

/// <summary>What became of a packet, and why: what a trace shows.</summary>
public readonly struct Decision
{
    /// <summary>Why the packet has no key; None when it has one.</summary>
    public Unparsable Unparsable { get; init; }

    /// <summary>The packet that was balanced: of encapsulated SCTP the inner one. Valid when <see cref="Unparsable"/>
    /// is None.</summary>
    public Packet Packet { get; init; }

    /// <summary>The flow that accepted it; null for none, and for a later fragment, which follows its first one.
    /// </summary>
    public FlowEntry? Flow { get; init; }

    /// <summary>The flow for tracing that selects it; null for none.</summary>
    public FlowEntry? TraceFlow { get; init; }

    /// <summary>What the pool was asked with. Valid when <see cref="Flow"/> is there.</summary>
    public uint Hash { get; init; }

    /// <summary>The target's slot; null when the pool had none for it, or has changed since.</summary>
    public int? Slot { get; init; }

    /// <summary>The table names another target, and the packet's connection stays with its own: the pool drains.
    /// </summary>
    public bool IsKept { get; init; }

    /// <summary>A fragment that is another balancer's, by its addresses.</summary>
    public bool IsForOtherBalancer { get; init; }

    /// <summary>What became of it.</summary>
    public Verdict Verdict { get; init; }
}
