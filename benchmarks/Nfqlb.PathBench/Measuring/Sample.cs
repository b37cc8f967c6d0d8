namespace Nfqlb.PathBench.Measuring;

/// <summary>One contender in one round. Null is what cannot be measured there.</summary>
/// <param name="PacketsPerSecond">Forwarded.</param>
/// <param name="ProcessMicroseconds">CPU time of the process a packet.</param>
/// <param name="UserShare">The part of it in user mode, 0 to 1; sampled by the timer tick, so coarse.</param>
/// <param name="CoreMicroseconds">Time the balancer's core was busy a packet, with whoever.</param>
/// <param name="Sent">Packets, from the first to the last.</param>
/// <param name="Lost">Of these did not arrive.</param>
/// <param name="QueueDrops">Of these the kernel dropped before the queue.</param>
/// <param name="BacklogDrops">Of these the kernel dropped before it received them: the backlog of a core was full.
/// Null in reports from before it was counted.</param>
/// <param name="MedianMicroseconds">From the generator's stamp to the target's device.</param>
/// <param name="P99Microseconds">99 of 100 packets took no longer.</param>
internal sealed record Sample(
    double PacketsPerSecond,
    double? ProcessMicroseconds,
    double? UserShare,
    double? CoreMicroseconds,
    long Sent,
    long Lost,
    long QueueDrops,
    long? BacklogDrops = null,
    double? MedianMicroseconds = null,
    double? P99Microseconds = null);
