using Nfqlb.Packets;

namespace Nfqlb.Routing;

/// <summary>Asks which way a packet would go: what `ip route get` asks.</summary>
/// <param name="Family">The packet's family.</param>
/// <param name="Destination">Where it goes to.</param>
public sealed record RouteQuery(IpFamily Family, Address Destination)
{
    /// <summary>The packet's mark; 0 is none.</summary>
    public uint Fwmark { get; init; }

    /// <summary>Where it comes from; null is open.</summary>
    public Address? Source { get; init; }

    /// <summary>Its protocol; null is open. The kernel takes TCP, UDP and ICMP.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>The source port, host order; null is open. Only with a protocol that has ports.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>The destination port, as above.</summary>
    public ushort? DestinationPort { get; init; }

    /// <summary>The link it came in by; null for a packet of this host.</summary>
    public LinkIndex? IncomingLink { get; init; }

    /// <summary>The words ip(8) takes for it, behind `ip route get`; a link by number, as if%d.</summary>
    public string Words
    {
        get
        {
            string from = Source is { } source ? $" from {FamilyAddress.Words(source)}" : "";
            string iif = IncomingLink is { } link ? $" iif if{link}" : "";
            string mark = Fwmark == 0 ? "" : $" mark 0x{Fwmark:x}";
            string transport = Protocol is { } protocol ? $" ipproto {(byte)protocol}" : "";
            string ports = (SourcePort is { } first ? $" sport {first}" : "")
                + (DestinationPort is { } second ? $" dport {second}" : "");
            return $"{FamilyAddress.Words(Destination)}{from}{iif}{mark}{transport}{ports}";
        }
    }

    /// <summary>For messages: `route to 10.0.0.1 mark 0x65`.</summary>
    public override string ToString() => $"route to {Words}";
}
