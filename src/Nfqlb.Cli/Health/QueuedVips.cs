using Nfqlb.Linux.Netlink.Nftables;

namespace Nfqlb.Cli.Health;

/// <summary>What our table in the kernel does.</summary>
/// <param name="Vips">Whose packets it queues.</param>
/// <param name="Queue">Where to; null when no rule does.</param>
/// <param name="Kind">By which statement; null with it.</param>
/// <param name="WithoutConntrack">Connection tracking is kept away from them.</param>
internal sealed record QueuedVips(VipSet Vips, QueueRule? Queue, QueueKind? Kind, bool WithoutConntrack)
{
    /// <summary>No table, or none that can be seen.</summary>
    public static readonly QueuedVips None = new(VipSet.Empty, null, null, false);

    /// <summary>As the kernel has it.</summary>
    public static QueuedVips Of(NftablesReading reading) =>
        new(reading.Vips, reading.Queue, reading.Kind, reading.WithoutConntrack);
}
