using System.Collections.Immutable;

namespace Nfqlb.Filters;

/// <summary>A chain of a packet filter.</summary>
/// <param name="Family">Of its table, as nft names it: `ip`, `ip6`, `inet`, `netdev`, `arp` or `bridge`.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rules">In their order.</param>
public sealed record FilterChain(string Family, string Table, string Name, IReadOnlyList<FilterRule> Rules)
{
    /// <summary>Where packets come to it by themselves; null where they come by rules alone, or where this program does
    /// not look.</summary>
    public FilterHook? Hook { get; init; }

    /// <summary>Lower ones come first.</summary>
    public int Priority { get; init; }

    /// <summary>The links whose packets come by, by name, where it is not for all; `eth*` is for all that begin so.
    /// </summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>It changes addresses, of the first packet of each connection that is tracked.</summary>
    public bool IsNat { get; init; }

    /// <summary>What no rule decides is dropped.</summary>
    public bool IsDropping { get; init; }

    /// <summary>It sees frames of a bridge, or ARP, and no packet of IP as such: its conditions are not known here.
    /// </summary>
    public bool IsForFrames => Family is "arp" or "bridge";

    /// <summary>Some packets may end here.</summary>
    public bool MayDrop =>
        IsDropping || Rules.Any(rule => rule.Verdict is FilterVerdict.Drop or FilterVerdict.Unknown);

    /// <summary>It is of iptables-legacy, and nft does not see it.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>As nft names it, `ip filter FORWARD`, or `iptables-legacy filter FORWARD`.</summary>
    public override string ToString() => $"{(IsLegacy ? $"{Family}tables-legacy" : Family)} {Table} {Name}";

    /// <summary>Packets of this family come by.</summary>
    public bool IsFor(bool isIpv4) => Family is "inet" or "netdev" || Family == (isIpv4 ? "ip" : "ip6");

    /// <summary>Whether packets of a link come by; null where that is not known.</summary>
    /// <param name="link">Its name; null where it is not known.</param>
    public bool? IsOn(string? link) => Links.IsEmpty ? true : link is null ? null
        : Links.Any(own => own.EndsWith('*') ? link.StartsWith(own[..^1], StringComparison.Ordinal) : own == link);
}

/// <summary>Where in a packet's way a chain is asked.</summary>
public enum FilterHook
{
    /// <summary>Before it is routed.</summary>
    Prerouting,

    /// <summary>When it is forwarded.</summary>
    Forward,

    /// <summary>When it is for this host.</summary>
    Input,

    /// <summary>When this host sends it.</summary>
    Output,

    /// <summary>When it is about to leave.</summary>
    Postrouting,

    /// <summary>As it comes in by a link, before all others.</summary>
    Ingress,

    /// <summary>As it leaves by a link, behind all others.</summary>
    Egress,
}
