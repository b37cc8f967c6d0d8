using Nfqlb.Packets;

namespace Nfqlb.Planning.Model;

/// <summary>Whereto checks of targets are sent.</summary>
public sealed record CheckDestination
{
    /// <summary>The virtual address to which the flows of the pool lead, by way of the target.</summary>
    public static readonly CheckDestination Vip = new();

    /// <summary>The target's own addresses, which are its next hops.</summary>
    public static readonly CheckDestination Target = new() { IsTarget = true };

    /// <summary>The target's own addresses.</summary>
    public bool IsTarget { get; private init; }

    /// <summary>A virtual address that is named.</summary>
    public Address? Vip4 { get; init; }

    /// <summary>The same for IPv6.</summary>
    public Address? Vip6 { get; init; }
}
