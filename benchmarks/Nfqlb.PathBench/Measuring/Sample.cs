namespace Nfqlb.PathBench.Measuring;

/// <summary>One contender in one round. Null is what cannot be measured there.</summary>
/// <param name="PacketsPerSecond">Forwarded.</param>
/// <param name="UserMicroseconds">CPU time of the process a packet, in user mode.</param>
/// <param name="SystemMicroseconds">The same in the kernel.</param>
/// <param name="CoreMicroseconds">Time the balancer's core was busy a packet, with whoever.</param>
/// <param name="Sent">Packets, from the first to the last.</param>
/// <param name="Lost">Of these did not arrive.</param>
/// <param name="QueueDrops">Of these the kernel dropped before the queue.</param>
/// <param name="MedianMicroseconds">From the generator's stamp to the target's device.</param>
/// <param name="P99Microseconds">99 of 100 packets took no longer.</param>
internal sealed record Sample(
    double PacketsPerSecond,
    double? UserMicroseconds,
    double? SystemMicroseconds,
    double? CoreMicroseconds,
    long Sent,
    long Lost,
    long QueueDrops,
    double? MedianMicroseconds = null,
    double? P99Microseconds = null)
{
    /// <summary>CPU time of the process a packet.</summary>
    public double? ProcessMicroseconds => UserMicroseconds + SystemMicroseconds;
}
