using Nfqlb.Flows;
using Nfqlb.Routing;

namespace Nfqlb.Daemon.Settings;

/// <summary>Where the fast path shall be, checked.</summary>
/// <param name="Links">The links at whose ingress packets are decided, by name; in the order they were typed.</param>
/// <param name="Vips">Virtual IPs beside those of `vip-set`.</param>
public sealed record FastPathSettings(IReadOnlyList<(string Name, LinkIndex Index)> Links, IReadOnlyList<Cidr> Vips)
{
    /// <summary>Packets go straight to the link of their target, past netfilter and routing, where that is plain.
    /// </summary>
    public bool Redirects { get; init; }
}
