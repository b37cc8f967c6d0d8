using Nfqlb.Flows;
using static Nfqlb.FastPath.FastPathLayout;

namespace Nfqlb.FastPath;

/// <summary>What packets to a destination come to: some protocols and ports to one flow, and all others elsewhere.
/// </summary>
/// <param name="Protocols">FASTPATH_RULE_FOR_PROTOCOL of each; 0 for none.</param>
/// <param name="Ports">Ports of these protocols.</param>
/// <param name="End">The word for the flow; 0 where they are left to user space.</param>
internal readonly record struct Service(uint Protocols, PortRange Ports, uint End)
{
    /// <summary>Place of what the others come to; 0 for nothing.</summary>
    public uint Others { get; init; }

    /// <summary>Whether the flow takes packets of a protocol.</summary>
    /// <param name="protocol">FASTPATH_TCP, ...</param>
    public bool IsFor(int protocol) => (Protocols & FASTPATH_RULE_FOR_PROTOCOL << protocol) != 0;

    /// <summary>Writes it into a slot beside the destination, whose length stands there.</summary>
    public void WriteTo(Span<uint> slot)
    {
        slot[FASTPATH_SLOT_LENGTH] |= Protocols * FASTPATH_SLOT_FOR_PROTOCOL;
        slot[FASTPATH_SLOT_PORTS] = RuleRecord.WordOf(Ports);
        slot[FASTPATH_SLOT_END] = End;
        slot[FASTPATH_SLOT_OTHERS] = Others;
    }
}
