namespace Nfqlb.Planning.Model;

/// <summary>How packets for the virtual addresses are queued.</summary>
public sealed record DesiredQueues
{
    /// <summary>The lowest queue.</summary>
    public ushort First { get; init; }

    /// <summary>The highest queue.</summary>
    public ushort Last { get; init; } = 3;

    /// <summary>Spread by the CPU that a packet came in on, rather than by its addresses.</summary>
    public bool IsByCpu { get; init; }

    /// <summary>Spread by addresses and ports, rather than by addresses alone.</summary>
    public bool IsByPorts { get; init; }

    /// <summary>Packets go on unbalanced while nobody reads their queue; else they are dropped.</summary>
    public bool IsBypassed { get; init; }

    /// <summary>Connection tracking, and with it reassembly, is kept away from these packets.</summary>
    public bool IsUntracked { get; init; }
}
