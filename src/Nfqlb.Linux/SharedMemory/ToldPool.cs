using Nfqlb.Maglev;

namespace Nfqlb.Linux.SharedMemory;

/// <summary>What a pool was told, and when.</summary>
/// <param name="Memory">The memory that had its name.</param>
/// <param name="Generation">Counts what this memory was told; it is counted no less than this for the content.</param>
/// <param name="Content">What it was told last.</param>
public sealed record ToldPool(SegmentIdentity Memory, ulong Generation, PoolContent Content);
