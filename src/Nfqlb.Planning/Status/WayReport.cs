using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Status;

/// <summary>The way to a target in one family, as it is.</summary>
/// <param name="Gateway">The next hop that is asked for.</param>
/// <param name="HasRule">The mark is led to the table.</param>
/// <param name="HasRoute">The table leads to the next hop.</param>
/// <param name="IsGuarded">Behind the route is the unreachable one, so that nothing leaks.</param>
/// <param name="Link">The link packets leave by; empty when there is no route.</param>
/// <param name="Neighbour">What is known of the next hop; null when it was not asked for yet.</param>
public sealed record WayReport(
    Address Gateway, bool HasRule, bool HasRoute, bool IsGuarded, string Link, NeighbourState? Neighbour)
{
    /// <summary>The route of somebody else that stands in the place of ours, and lets no other be made; null for none.
    /// </summary>
    public Route? InPlace { get; init; }

    /// <summary>Packets get there, as far as this host knows: one that was never asked for may well be there.</summary>
    public bool IsFine =>
        HasRule && HasRoute && IsGuarded && !IsSilent;

    /// <summary>It was asked for, and has not answered.</summary>
    private bool IsSilent =>
        Neighbour is NeighbourState.Failed or NeighbourState.Incomplete or NeighbourState.Probe;

    /// <summary>In a word or some: `ok`, or what is wrong.</summary>
    public override string ToString()
    {
        string[] missing =
        [
            .. HasRule ? [] : (string[])["no rule"],
            .. HasRoute ? [] : (string[])["no route"],
            .. IsGuarded ? [] : (string[])["leaks"],
            .. IsSilent ? (string[])["no neighbour"] : [],
        ];
        return missing.Length == 0 ? "ok" : string.Join(", ", missing);
    }
}
