namespace Nfqlb.Routing;

/// <summary>Something that a link can do: a line of `ethtool -k`.</summary>
/// <param name="Link">The link's name.</param>
/// <param name="Name">The feature's, of the kernel's netdev_features_strings.</param>
/// <param name="IsActive">The link does it now.</param>
/// <param name="IsChangeable">It can be switched; where not, ethtool says "fixed".</param>
public sealed record LinkFeature(string Link, string Name, bool IsActive, bool IsChangeable)
{
    /// <summary>Packets of a flow that follow each other are put together as they come in. `ethtool -K` calls it
    /// `gro`.</summary>
    public const string Gro = "rx-gro";

    /// <summary>Packets of a UDP flow that follow each other are put together as they come in, also those that are
    /// forwarded, and taken apart when they leave. Kernel 5.12 and later.</summary>
    public const string UdpGroForwarding = "rx-udp-gro-forwarding";

    /// <summary>Somebody has asked for it. A link that cannot do it now follows when it can.</summary>
    public bool IsWanted { get; init; }
}
