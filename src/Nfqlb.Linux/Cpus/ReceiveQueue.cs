namespace Nfqlb.Linux.Cpus;

/// <summary>A receive queue of a link, and where the kernel handles what comes by it.</summary>
/// <param name="Number">From 0, as in /sys/class/net/DEV/queues/rx-N.</param>
/// <param name="Interrupt">Its interrupt; null when it has none, or it cannot be told.</param>
/// <param name="InterruptName">What /proc/interrupts calls it; null with it.</param>
/// <param name="InterruptCpus">Where the interrupt goes now; null when that is not known.</param>
/// <param name="SteeredTo">Where receive packet steering (RPS) hands packets on to; null when it is off.</param>
public sealed record ReceiveQueue(
    int Number, int? Interrupt, string? InterruptName, CpuList? InterruptCpus, CpuList? SteeredTo)
{
    /// <summary>The CPUs on which its packets reach the firewall; null when that is not known.</summary>
    public CpuList? Cpus => SteeredTo ?? InterruptCpus;
}
