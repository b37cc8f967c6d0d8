using Nfqlb.Flows;

namespace Nfqlb.Daemon.Settings;

/// <summary>Where the fast path shall be, checked.</summary>
/// <param name="Links">The links at whose ingress packets are decided, by name, each once; some may come later.</param>
/// <param name="Vips">Virtual IPs beside those of `vip-set`.</param>
public sealed record FastPathSettings(IReadOnlyList<string> Links, IReadOnlyList<Cidr> Vips)
{
    /// <summary>Packets go straight to the link of their target, past netfilter and routing, where that is plain.
    /// </summary>
    public bool Redirects { get; init; }

    /// <inheritdoc/>
    public bool Equals(FastPathSettings? other) => other is not null && Redirects == other.Redirects
        && Links.SequenceEqual(other.Links) && Vips.SequenceEqual(other.Vips);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Links.Count, Vips.Count, Redirects);
}
