namespace Nfqlb;

/// <summary>What holds for a classifier's whole life.</summary>
public sealed record ClassifierOptions
{
    /// <summary>What of an SCTP packet is hashed.</summary>
    public HashMode HashMode { get; init; } = HashMode.SctpPorts;

    /// <summary>Echo requests are accepted by any flow with their addresses.</summary>
    public bool IsPromiscuousPing { get; init; }

    /// <summary>The mark of packets whose flow has a pool without targets; null to drop them.</summary>
    public FirewallMark? NoTargetsMark { get; init; }

    /// <summary>The mark of packets that no flow accepts; null to drop them.</summary>
    public FirewallMark? NoFlowMark { get; init; }
}
