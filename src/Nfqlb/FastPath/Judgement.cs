namespace Nfqlb.FastPath;

/// <summary>What the program in the kernel would make of a packet.</summary>
/// <param name="Outcome">FASTPATH_DECIDED or another of native/fastpath/layout.h.</param>
/// <param name="Mark">The mark it would give; null where it leaves the packet to user space.</param>
public readonly record struct Judgement(int Outcome, int? Mark = null)
{
    /// <summary>No packet to its destination is decided: that is no virtual IP here, or there was no room.</summary>
    public bool IsUnknownDestination { get; init; }
}
