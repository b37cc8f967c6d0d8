namespace Nfqlb.Checks;

/// <summary>What a packet of SCTP says to an INIT.</summary>
public enum SctpAnswer
{
    /// <summary>Nothing: it is no answer to it, or not what it seems to be.</summary>
    None,

    /// <summary>INIT ACK: there may be an association.</summary>
    Accepted,

    /// <summary>ABORT: there may not.</summary>
    Refused,
}
