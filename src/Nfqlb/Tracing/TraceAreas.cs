namespace Nfqlb.Tracing;

/// <summary>What a trace shows; the bits of its mask are those of nfqlb 1.2.0.</summary>
[Flags]
public enum TraceAreas : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Log lines.</summary>
    Log = 1,

    /// <summary>Every packet.</summary>
    Packets = 2,

    /// <summary>Fragments.</summary>
    Fragments = 4,

    /// <summary>Flows that are set or deleted.</summary>
    FlowConfiguration = 8,

    /// <summary>SCTP packets.</summary>
    Sctp = 16,

    /// <summary>Pools that are replaced.</summary>
    Targets = 32,

    /// <summary>Packets that a flow for tracing selects.</summary>
    Flows = 64,
}
