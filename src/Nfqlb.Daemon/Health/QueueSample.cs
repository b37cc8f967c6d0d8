namespace Nfqlb.Daemon.Health;

/// <summary>How far a queue is at a moment.</summary>
/// <param name="BatchesBefore">Batches answered when the look began.</param>
/// <param name="Waits">Packets waited: in the kernel, in the socket, or in the worker's hands.</param>
/// <param name="BatchesAfter">Batches answered when the look was over.</param>
/// <param name="Answered">Packets answered.</param>
/// <param name="Refused">Those of them whose verdicts the kernel refused.</param>
/// <param name="Dropped">Packets that the kernel dropped because the queue or its socket was full.</param>
internal readonly record struct QueueSample(
    long BatchesBefore, bool Waits, long BatchesAfter, long Answered, long Refused, long Dropped);
