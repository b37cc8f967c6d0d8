namespace Nfqlb.Tracing;

/// <summary>A packet that was balanced while somebody watched, without its bytes.</summary>
/// <param name="Nanoseconds">Monotonic time of its batch.</param>
/// <param name="OriginalLength">Bytes it had, from the IP header on.</param>
/// <param name="Length">Bytes of it that are there.</param>
/// <param name="Decision">What became of it.</param>
public readonly record struct TracedPacket(long Nanoseconds, int OriginalLength, int Length, Decision Decision);
