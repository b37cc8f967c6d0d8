namespace Nfqlb.Tests.Flows;

/// <summary>A packet of the naive model: plain numbers, addresses as text.</summary>
internal sealed record NaivePacket(
    string Protocol, string Source, string Destination, int SourcePort, int DestinationPort, bool IsEchoRequest);

/// <summary>A rule of the naive model: what people type, and a reading of it that shares nothing with the
/// product.</summary>
/// <remarks>Null where nothing is asked. Addresses are IPv4 texts; a block is an address and its length.</remarks>
internal sealed record NaiveFlow(
    string Name, int Priority, string[]? Protocols, (string Address, int Length)[]? Destinations,
    (string Address, int Length)[]? Sources, (int First, int Last)[]? DestinationPorts,
    (int First, int Last)[]? SourcePorts, (string Protocol, int Mask, int Value)[]? DestinationPortBits)
{
    public bool Accepts(NaivePacket packet, bool isPromiscuousPing)
    {
        bool byAddresses = IsIn(Destinations, packet.Destination) && IsIn(Sources, packet.Source);
        if (isPromiscuousPing && packet.IsEchoRequest)
        {
            return byAddresses;
        }
        return byAddresses
            && (Protocols is null || Protocols.Contains(packet.Protocol))
            && IsAmong(DestinationPorts, packet.DestinationPort)
            && IsAmong(SourcePorts, packet.SourcePort)
            && (DestinationPortBits ?? []).All(bits =>
                bits.Protocol != packet.Protocol || (packet.DestinationPort & bits.Mask) == bits.Value);
    }

    private static bool IsIn((string Address, int Length)[]? blocks, string address) =>
        blocks is null || blocks.Any(block => Bits(block.Address)[..block.Length] == Bits(address)[..block.Length]);

    private static bool IsAmong((int First, int Last)[]? ranges, int port) =>
        ranges is null || ranges.Any(range => range.First <= port && port <= range.Last);

    /// <summary>32 characters.</summary>
    private static string Bits(string address) =>
        string.Concat(address.Split('.').Select(octet => int.Parse(octet).ToString("b8")));
}
