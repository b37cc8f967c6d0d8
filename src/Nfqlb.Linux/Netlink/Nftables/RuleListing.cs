using Nfqlb.Queues;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>A rule as it is in the kernel.</summary>
/// <param name="Chain">The chain's name: prerouting, output or raw.</param>
/// <param name="Handle">The kernel's number of the rule, as `nft -a list` shows it.</param>
/// <param name="Text">Much as nft writes it.</param>
/// <param name="Kind">How it hands packets to a queue; null when it does not.</param>
/// <param name="Packets">How many it has taken since it was made or changed; null when it does not count.</param>
/// <param name="Bytes">Their lengths from the IP header on; null when it does not count.</param>
public sealed record RuleListing(
    string Chain, ulong Handle, string Text, QueueKind? Kind, ulong? Packets, ulong? Bytes)
{
    internal static RuleListing Of(NftRule rule) => new(
        rule.Chain, rule.Handle, rule.ToString(), rule.Kind, rule.Counter?.Packets, rule.Counter?.Bytes);
}
