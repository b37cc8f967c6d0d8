using Nfqlb.FastPath;
using Nfqlb.Linux.Netlink.Nftables.Expressions;
using Nfqlb.Packets;
using Nfqlb.Queues;
using static Nfqlb.Linux.Netlink.Nftables.UapiNftables;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>What a state looks like as chains and rules of the table `inet nfqlb`.</summary>
/// <remarks>
/// <code>
/// set vip4 { type ipv4_addr; flags interval; }
/// set vip6 { type ipv6_addr; flags interval; }
/// chain prerouting {
///     type filter hook prerouting priority mangle;
///     meta priority 0x6e667100 accept
///     ip daddr @vip4 counter queue to 0-3
///     ip6 daddr @vip6 counter queue to 0-3
/// }
/// chain output {
///     type route hook output priority mangle;
///     ip protocol icmp ip daddr @vip4 counter queue to 0-3
///     meta l4proto ipv6-icmp ip6 daddr @vip6 counter queue to 0-3
/// }
/// chain raw {
///     type filter hook prerouting priority -450;
///     ip daddr @vip4 notrack
///     ip6 daddr @vip6 notrack
///     ip saddr @vip4 notrack
///     ip6 saddr @vip6 notrack
/// }
/// </code>
/// Where packets are spread by ports, `goto spread4` and `goto spread6` stand in the place of `queue to 0-3`
/// (<see cref="PortSpread"/>).
/// A packet that the fast path has decided carries that priority beside its mark. A mark alone would say nothing:
/// others set marks too.
/// </remarks>
internal static class VipTableLayout
{
    /// <summary>The table's name; its family is inet, both IP versions.</summary>
    public const string Name = "nfqlb";

    /// <summary>The chains of a state, in the order they are made.</summary>
    public static IEnumerable<NftChain> Chains(NftablesState state) =>
        NftChain.All.Where(chain => chain != NftChain.Raw || state.WithoutConntrack);

    /// <summary>The rules of one chain in order, with native queues.</summary>
    public static IEnumerable<NftRule> Rules(NftablesState state, NftChain chain) => chain.Name switch
    {
        "prerouting" => VipFamily.Both.Select(family => QueueArriving(family, state.Queue)).Prepend(PassDecided),
        "output" => VipFamily.Both.Select(family => QueueOwnErrors(family, state.Queue)),
        _ => VipFamily.Both.Select(family => LeaveUntracked(family, family.DestinationOffset))
            .Concat(VipFamily.Both.Select(family => LeaveUntracked(family, family.SourceOffset))),
    };

    /// <summary>The rule in front of those that hand packets to queues.</summary>
    public static NftRule PassDecided { get; } = new(
        NftChain.Prerouting.Name,
        [new LoadMeta(NFT_META_PRIORITY), new CompareWord(FastPathTables.DecidedPriority), new Accept()]);

    private static NftRule QueueArriving(VipFamily family, QueueRule queue) => new(
        NftChain.Prerouting.Name,
        [.. IsOf(family), .. InSet(family, family.DestinationOffset), new Counter(), QueueStep(family, queue)]);

    /// <remarks>IPv4's header names the protocol; IPv6's may lie behind extension headers, so the kernel is
    /// asked.</remarks>
    private static NftRule QueueOwnErrors(VipFamily family, QueueRule queue)
    {
        const uint protocolOffset = 9;
        NftExpression[] isIcmp = family == VipFamily.Ipv4
            ? [.. IsOf(family), new LoadHeader(protocolOffset, 1), new Compare((byte)IpProtocol.Icmp)]
            : [new LoadMeta(NFT_META_L4PROTO), new Compare((byte)IpProtocol.Icmpv6), .. IsOf(family)];
        return new NftRule(
            NftChain.Output.Name,
            [.. isIcmp, .. InSet(family, family.DestinationOffset), new Counter(), QueueStep(family, queue)]);
    }

    private static NftExpression QueueStep(VipFamily family, QueueRule queue) =>
        queue.ByPorts ? new GoTo(PortSpread.ChainOf(family)) : new QueueNatively(queue);

    private static NftRule LeaveUntracked(VipFamily family, uint addressOffset) =>
        new(NftChain.Raw.Name, [.. IsOf(family), .. InSet(family, addressOffset), new NoTrack()]);

    private static NftExpression[] IsOf(VipFamily family) =>
        [new LoadMeta(NFT_META_NFPROTO), new Compare(family.Protocol)];

    private static NftExpression[] InSet(VipFamily family, uint addressOffset) =>
        [new LoadHeader(addressOffset, (uint)family.AddressBytes), new LookUp(family.SetName)];
}
