namespace Nfqlb.Flows;

/// <summary>The conditions of a flow, by what of a packet they ask for.</summary>
[Flags]
public enum FlowConditions
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The transport protocol.</summary>
    Protocol = 1,

    /// <summary>The destination address.</summary>
    Destination = 2,

    /// <summary>The source address.</summary>
    Source = 4,

    /// <summary>The destination port.</summary>
    DestinationPort = 8,

    /// <summary>The source port.</summary>
    SourcePort = 16,

    /// <summary>Bytes of the transport header.</summary>
    Bytes = 32,
}
