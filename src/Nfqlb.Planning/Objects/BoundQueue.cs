namespace Nfqlb.Planning.Objects;

/// <summary>A queue that somebody reads.</summary>
/// <param name="Number">Which.</param>
/// <param name="Owner">Who, in words.</param>
/// <param name="ProcessId">The process; null when it cannot be seen from here.</param>
/// <param name="Dropped">Packets that the kernel dropped before it saw them, since it bound the queue.</param>
public sealed record BoundQueue(int Number, string Owner, int? ProcessId, long Dropped)
{
    /// <summary>The process is stopped (SIGSTOP, or a debugger): it reads nothing.</summary>
    public bool IsStopped { get; init; }
}
