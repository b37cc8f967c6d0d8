using System.Numerics;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>The first bits of a key; every condition of a flow comes down to some of them.</summary>
/// <param name="Key">All bits behind the prefix are 0.</param>
/// <param name="Length">0 to 128.</param>
internal readonly record struct Prefix(Address Key, int Length)
{
    /// <summary>Contains every key.</summary>
    public static Prefix Any => default;

    public static Prefix Of(Cidr cidr) => new(cidr.Base, cidr.PrefixLength);

    /// <summary>The first bits of a key, the others 0.</summary>
    public static Address Mask(Address key, int length) => length switch
    {
        128 => key,
        > 64 => key with { Low = key.Low & ulong.MaxValue << (128 - length) },
        > 0 => new Address(key.High & ulong.MaxValue << (64 - length), 0),
        _ => default,
    };

    /// <summary>A range of ports as prefixes of 16 bits: at most 30, one for a single port.</summary>
    public static IEnumerable<(ushort Port, int Length)> OfPorts(PortRange range)
    {
        int port = range.First;
        while (port <= range.Last)
        {
            // The largest block that begins here and does not reach behind the range.
            int bits = port == 0 ? 16 : BitOperations.TrailingZeroCount(port);
            while (port + (1 << bits) - 1 > range.Last)
            {
                bits--;
            }
            yield return ((ushort)port, 16 - bits);
            port += 1 << bits;
        }
    }
}
