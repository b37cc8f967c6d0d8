using Nfqlb.Routing;

namespace Nfqlb.Planning.Model;

/// <summary>Whether a link shall do something that it can do.</summary>
/// <param name="Key">What, and which link.</param>
/// <param name="IsOn">It shall; else it shall not.</param>
public sealed record DesiredFeature(LinkFeatureKey Key, bool IsOn)
{
    /// <summary>The names that may be asked for: what it takes to have UDP packets put together.</summary>
    public static IReadOnlyList<string> Names { get; } = [LinkFeature.Gro, LinkFeature.UdpGroForwarding];

    /// <summary>What the link did before anybody asked; it goes back to that when nobody asks any more. Null where that
    /// is not known. No document says so; the store does.</summary>
    public bool? Former { get; init; }

    /// <summary>Where it stands in a document.</summary>
    public string Path => $"links[{Key.Link}].{Key.Name}";

    /// <summary>The same is asked for, whatever was before.</summary>
    public bool IsSameAs(DesiredFeature other) => Key == other.Key && IsOn == other.IsOn;
}
