namespace Nfqlb.Packets;

/// <summary>What all fragments of a packet share.</summary>
/// <param name="Source">Source address.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="Protocol">Of IPv4 (RFC 791 §3.2). For IPv6 always the fragment header: there the protocol is not among
/// what identifies a packet, as it may differ from fragment to fragment (RFC 8200 §4.5).</param>
/// <param name="Id">Host order; 16 bits for IPv4, 32 for IPv6.</param>
public readonly record struct FragmentKey(Address Source, Address Destination, IpProtocol Protocol, uint Id)
{
    private const int Bytes = 37;

    /// <summary>Spreads keys; who does not know the seed cannot choose keys that meet.</summary>
    public uint Hash(HashSeed seed)
    {
        var hash = new SipHash(seed);
        hash.Add(Source.High);
        hash.Add(Source.Low);
        hash.Add(Destination.High);
        hash.Add(Destination.Low);
        return (uint)hash.Finish((ulong)Protocol << 32 | Id, Bytes);
    }
}
