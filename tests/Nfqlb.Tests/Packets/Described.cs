using Nfqlb.Packets;

namespace Nfqlb.Tests.Packets;

/// <summary>A parsed packet in one line, so that tables read well and failures say what differs.</summary>
/// <remarks>
/// `Ports tcp 10.0.0.1#1000 > 20.0.0.1#80 @20`: the kind, the key, where the transport header begins; then
/// `id 0x1234` for an echo request, `first 7` or `later 7` for a fragment. What cannot be parsed is its reason.
/// </remarks>
internal static class Described
{
    /// <summary>What the product makes of these bytes.</summary>
    public static string Parse(ReadOnlySpan<byte> bytes)
    {
        var reason = Packet.TryParse(bytes, out var packet);
        return reason == Unparsable.None ? Of(packet) : reason.ToString();
    }

    /// <summary>What the product finds in UDP that carries SCTP.</summary>
    public static string Decapsulate(ReadOnlySpan<byte> bytes)
    {
        var reason = Packet.TryParse(bytes, out var packet);
        if (reason == Unparsable.None)
        {
            reason = packet.TryDecapsulateSctp(bytes, out packet);
        }
        return reason == Unparsable.None ? Of(packet) : reason.ToString();
    }

    public static string Of(in Packet packet) =>
        Line(packet.Kind, packet.Key, packet.TransportOffset, packet.Part, packet.FragmentId);

    public static string Line(PacketKind kind, in PacketKey key, int offset, FragmentPart part, uint fragmentId)
    {
        string echo = kind == PacketKind.EchoRequest || key.EchoId != 0 ? $" id 0x{key.EchoId:x}" : "";
        string fragment = part switch
        {
            FragmentPart.First => $" first {fragmentId}",
            FragmentPart.Later => $" later {fragmentId}",
            _ => "",
        };
        string at = part == FragmentPart.Later ? "" : $" @{offset}";
        return $"{kind} {Name(key.Protocol)} {Side(key.Source, key.SourcePort)} > "
            + $"{Side(key.Destination, key.DestinationPort)}{at}{echo}{fragment}";
    }

    private static string Name(IpProtocol protocol) => protocol.ToString().ToLowerInvariant();

    private static string Side(Address address, ushort port) =>
        address.ToString().Replace("::ffff:", "") + (port == 0 ? "" : $"#{port}");
}
