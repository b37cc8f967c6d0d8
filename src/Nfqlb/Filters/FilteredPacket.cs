using Nfqlb.Packets;

namespace Nfqlb.Filters;

/// <summary>What is known of a packet that filters judge.</summary>
/// <param name="Destination">Where it goes to.</param>
public sealed record FilteredPacket(Address Destination)
{
    /// <summary>Where it comes from; null for anywhere.</summary>
    public Address? Source { get; init; }

    /// <summary>Its protocol; null for any.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>Host order; null for any, or none.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>Host order; null for any, or none.</summary>
    public ushort? DestinationPort { get; init; }

    /// <summary>The link it comes by; null where that is not known.</summary>
    public string? IncomingLink { get; init; }

    /// <summary>The link it leaves by; null where that is not known.</summary>
    public string? OutgoingLink { get; init; }

    /// <summary>Its mark; null where that is not known.</summary>
    public uint? Mark { get; init; }

    /// <summary>What connection tracking says of it, one of them; null where that is not known.</summary>
    public ConnectionStates? Connection { get; init; }

    /// <summary>Its priority (skb->priority); null where that is not known.</summary>
    public uint? Priority { get; init; }
}
