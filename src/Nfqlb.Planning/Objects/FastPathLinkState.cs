namespace Nfqlb.Planning.Objects;

/// <summary>The fast path at one link.</summary>
/// <param name="Name">The link's.</param>
/// <param name="State"><see cref="FastPathState.On"/>, or why not, in a few words.</param>
public sealed record FastPathLinkState(string Name, string State)
{
    /// <summary>The kernel's number of a program of others that packets come by first; null for none.</summary>
    public uint? ProgramInFront { get; init; }

    /// <summary>That of the tcx link which attaches it; 0 for none.</summary>
    public uint TcxLinkInFront { get; init; }

    /// <summary>The handle of its clsact filter, which has the first priority; 0 for none.</summary>
    public uint FilterInFront { get; init; }
}
