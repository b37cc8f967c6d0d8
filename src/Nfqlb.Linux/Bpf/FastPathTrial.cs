namespace Nfqlb.Linux.Bpf;

/// <summary>What the program did with a packet.</summary>
/// <param name="Mark">The mark it has now.</param>
/// <param name="Action">What the program returned: TC_ACT_UNSPEC, -1, for "as if I were not there".</param>
/// <param name="Nanoseconds">A run took, on average.</param>
public readonly record struct FastPathTrial(uint Mark, int Action, int Nanoseconds);
