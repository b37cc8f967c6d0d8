using System.Numerics;
using Nfqlb.Packets;

namespace Nfqlb.Flows.Index;

/// <summary>The first bits of a key; every condition of a flow comes down to some of them.</summary>
/// <param name="Key">All bits behind the prefix are 0.</param>
/// <param name="Length">0 to 128.</param>
internal readonly record struct Prefix(Address Key, int Length)
{
    /// <summary>Of a prefix that is a whole key.</summary>
    public const int MostBits = 128;

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
        for (int port = range.First, bits; port <= range.Last; port += 1 << bits)
        {
            bits = BitsOfBlock(port, range.Last);
            yield return ((ushort)port, 16 - bits);
        }
    }

    /// <summary>How many prefixes these are.</summary>
    public static int CountOfPorts(PortRange range)
    {
        int count = 0;
        for (int port = range.First; port <= range.Last; port += 1 << BitsOfBlock(port, range.Last))
        {
            count++;
        }
        return count;
    }

    /// <summary>Of the largest block of ports that begins here and does not reach behind the last one.</summary>
    private static int BitsOfBlock(int port, int last)
    {
        int bits = port == 0 ? 16 : BitOperations.TrailingZeroCount(port);
        return Math.Min(bits, BitOperations.Log2((uint)(last - port + 1)));
    }
}
