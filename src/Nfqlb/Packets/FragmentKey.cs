namespace Nfqlb.Packets;

/// <summary>What all fragments of a packet share.</summary>
/// <param name="Source">Source address.</param>
/// <param name="Destination">Destination address.</param>
/// <param name="Protocol">Of IPv4 (RFC 791 §3.2). For IPv6 always the fragment header: there the protocol is not among
/// what identifies a packet, as it may differ from fragment to fragment (RFC 8200 §4.5).</param>
/// <param name="Id">Host order; 16 bits for IPv4, 32 for IPv6.</param>
public readonly record struct FragmentKey(Address Source, Address Destination, IpProtocol Protocol, uint Id)
{
    /// <summary>Spreads keys; who does not know the seed cannot choose keys that meet.</summary>
    public uint Hash(ulong seed)
    {
        ulong hash = Mix(seed ^ Source.High, Source.Low);
        hash = Mix(hash ^ Destination.High, Destination.Low);
        return (uint)Mix(hash, (ulong)Protocol << 32 | Id);
    }

    /// <summary>Folds the 128 bits of a product, so that every bit of both reaches every bit of the result.</summary>
    private static ulong Mix(ulong hash, ulong value)
    {
        ulong high = Math.BigMul(hash ^ 0x9e37_79b9_7f4a_7c15, value ^ 0xd6e8_feb8_6659_fd93, out ulong low);
        return high ^ low;
    }
}
