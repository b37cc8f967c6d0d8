using Nfqlb.Maglev;
using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>A target that a source has found; it has neither slot nor mark yet.</summary>
/// <param name="Name">The same on all balancers that ask the same source.</param>
public sealed record FoundTarget(string Name)
{
    /// <summary>The next hop for IPv4; null for none.</summary>
    public Address? Via4 { get; init; }

    /// <summary>The next hop for IPv6; null for none.</summary>
    public Address? Via6 { get; init; }

    /// <summary>The link to leave by; null for the one by which the next hop is reached.</summary>
    public string? Device { get; init; }

    /// <summary>Its share of the pool's table.</summary>
    public ushort Weight { get; init; } = SlotTarget.DefaultWeight;

    /// <summary>Whether it takes connections.</summary>
    public TargetState State { get; init; }

    /// <summary>0 is best; others stand by.</summary>
    public ushort Priority { get; init; }
}
