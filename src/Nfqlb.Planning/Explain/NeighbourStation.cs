using System.Text.Json;
using Nfqlb.Packets;
using Nfqlb.Routing;

namespace Nfqlb.Planning.Explain;

/// <summary>Whether the next hop is known on its link.</summary>
/// <param name="Address">The next hop's.</param>
/// <param name="Link">The link it is on; null when that is gone.</param>
/// <param name="Neighbour">What is known of it; null when it was never asked for.</param>
public sealed record NeighbourStation(Address Address, Link? Link, Neighbour? Neighbour) : Station
{
    /// <inheritdoc/>
    public override string Name => "neighbour";

    /// <inheritdoc/>
    public override IEnumerable<string> Lines =>
    [
        $"{Address.ToPlainString()} on {Link?.Name ?? "a link that is gone"}: "
            + (Neighbour is null ? "not asked for yet" : $"{State} {Neighbour.LinkLayerAddress}".TrimEnd())
            + (Neighbour?.State == NeighbourState.Permanent ? ", whether it is there was not checked" : ""),
    ];

    /// <inheritdoc/>
    public override string? End => this switch
    {
        { Link: null or { IsUp: false } } => "its link is down",
        { Link.HasCarrier: false } => "nothing is at the other end of its link",
        { Link.IsDeaf: true, Neighbour.State: NeighbourState.NoArp } =>
            $"ARP is off on {Link.Name}, so nobody knows where it is",
        { Neighbour.State: NeighbourState.Failed or NeighbourState.Incomplete or NeighbourState.Probe } =>
            "it does not answer",
        _ => null,
    };

    /// <inheritdoc/>
    public override string? Remedy => Link is { IsUp: false } ? $"ip link set {Link.Name} up"
        : Neighbour?.State == NeighbourState.NoArp && End is not null ? Objects.Remedy.ArpOn(Link!.Name)
        : End is null ? null
        : Other;

    /// <summary>What mends it where the next hop does not answer; null for nothing that is known here.</summary>
    public string? Other { get; init; }

    private string? State => Neighbour is null ? null : $"{Neighbour.State}".ToLowerInvariant();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("address", Address.ToPlainString());
        json.WriteString("dev", Link?.Name);
        json.WriteString("state", State);
        json.WriteString("lladdr", Neighbour?.LinkLayerAddress);
    }
}
