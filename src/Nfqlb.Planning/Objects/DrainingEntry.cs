using Nfqlb.Maglev;

namespace Nfqlb.Planning.Objects;

/// <summary>An entry of a pool's table whose connections stay where they are, by the balancer that runs.</summary>
/// <param name="SecondsLeft">How long they still do.</param>
/// <param name="Old">Slot and mark of the target of those that are older than the change; null when it keeps none.
/// </param>
public sealed record DrainingEntry(double SecondsLeft, (int Slot, FirewallMark Mark)? Old);
