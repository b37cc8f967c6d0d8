namespace Nfqlb.Planning.Objects;

/// <summary>What the program in the kernel would make of a packet, by the balancer's account.</summary>
/// <param name="Outcome">`decided`, `redirected`, or why it is left to the queue, in the words of docs/fast-path.md.
/// </param>
public sealed record KernelJudgement(string Outcome)
{
    /// <summary>No packet to its destination is decided.</summary>
    public bool IsUnknownDestination { get; init; }
}
