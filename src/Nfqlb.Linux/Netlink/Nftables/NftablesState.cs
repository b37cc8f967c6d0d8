using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What the table `inet nfqlb` does, or shall do.</summary>
/// <param name="Vips">The packets it takes: by their destination.</param>
/// <param name="Queue">Where it hands them.</param>
/// <param name="WithoutConntrack">
/// Connection tracking and defragmentation leave packets to and from the VIPs alone, so that fragments arrive as
/// fragments and no balancer keeps state.
/// </param>
public sealed record NftablesState(VipSet Vips, QueueRule Queue, bool WithoutConntrack = false);
