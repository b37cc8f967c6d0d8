namespace Nfqlb.Linux.Queue;

/// <summary>What went wrong on a queue's socket since it was opened. None of it ends the queue.</summary>
/// <remarks>Packets the kernel dropped before the socket are counted in <see cref="KernelQueue"/>.</remarks>
/// <param name="Overruns">Packets lost because the socket had no room for their messages, since it was made: also by
/// the process before this one. The same as the kernel's own count, for those who may not read that.</param>
/// <param name="SkippedMessages">Messages that are no packets, or are malformed.</param>
/// <param name="TruncatedMessages">Packets whose message did not fit its buffer and was cut.</param>
/// <param name="VerdictErrors">Packets whose verdicts the kernel refused, such as one it no longer holds.</param>
public readonly record struct QueueStatistics(
    long Overruns, long SkippedMessages, long TruncatedMessages, long VerdictErrors);
