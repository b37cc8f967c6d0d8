namespace Nfqlb.Fragments;

/// <summary>What became of a fragment.</summary>
public enum FragmentOutcome : byte
{
    /// <summary>It got its packet's verdict: its own, or that of the first fragment before it.</summary>
    Passed,

    /// <summary>It came before its first fragment and waits for it.</summary>
    Stored,

    /// <summary>It came before its first fragment and could not be kept: no room, no way back, or longer than the MTU.
    /// </summary>
    NotStored,

    /// <summary>All its bytes had passed or waited already: dropped.</summary>
    Duplicate,

    /// <summary>It contradicts other fragments of its packet, or itself, or one before did: the packet is dropped from
    /// there on (RFC 8200 §4.5, RFC 5722).</summary>
    Poisoned,

    /// <summary>Its packet belongs to another balancer of the tier, which got it.</summary>
    ToOtherBalancer,
}
