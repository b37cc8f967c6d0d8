using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>A host on a link, and where it is: what `ip neigh` lists.</summary>
/// <param name="Address">Its IP address.</param>
/// <param name="Link">The link it is on.</param>
/// <param name="State">What is known of it.</param>
/// <param name="LinkLayerAddress">Where to send frames for it, such as `02:00:00:00:00:01`; empty while that is not
/// known, and on links that have none.</param>
public sealed record Neighbour(Address Address, LinkIndex Link, NeighbourState State, string LinkLayerAddress)
{
    private const NeighbourState Usable = NeighbourState.Reachable | NeighbourState.Stale | NeighbourState.Delay
        | NeighbourState.Probe | NeighbourState.NoArp | NeighbourState.Permanent;

    /// <summary>Packets are sent to it at once, without asking where it is (NUD_VALID).</summary>
    public bool IsUsable => (State & Usable) != 0;
}
