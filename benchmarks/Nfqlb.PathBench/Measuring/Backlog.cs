using System.Globalization;

namespace Nfqlb.PathBench.Measuring;

/// <summary>Where packets of a link without a ring of its own, such as veth, wait for their core to receive
/// them.</summary>
/// <remarks>A sender that is faster than its core receives, or keeps it from receiving, overruns it
/// (net.core.netdev_max_backlog): what is dropped there has met neither link nor balancer.</remarks>
internal static class Backlog
{
    /// <summary>Packets dropped because one was full, of all cores, since the machine has started.</summary>
    public static long Drops => File.ReadLines("/proc/net/softnet_stat")
        .Sum(line => long.Parse(line.Split(' ')[1], NumberStyles.HexNumber)); // a line a core: received, dropped, ...
}
