using System.Buffers.Binary;
using System.Numerics;
using Nfqlb.Flows;
using Nfqlb.Packets;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>The block of addresses that a comparison is for.</summary>
internal static class AddressBlock
{
    /// <summary>An address of which fewer bytes were loaded, or some bits kept, is a block.</summary>
    public static Cidr? Of(byte[] value, byte[]? mask)
    {
        bool isIpv4 = value.Length <= 4;
        if (mask is not null && !IsPrefix(mask, value.Length))
        {
            return null;
        }
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        value.AsSpan(0, Math.Min(value.Length, 16)).CopyTo(bytes);
        int bits = mask is null ? 8 * value.Length : mask.Sum(part => BitOperations.PopCount(part));
        return isIpv4
            ? new Cidr(Address.FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(bytes)), 96 + bits)
            : new Cidr(Address.FromIpv6(bytes), bits);
    }

    /// <summary>Ones, and then zeros.</summary>
    private static bool IsPrefix(byte[] mask, int length)
    {
        int ones = mask.Sum(part => BitOperations.PopCount(part));
        for (int bit = 0; bit < ones; bit++)
        {
            if ((mask[bit / 8] >> (7 - bit % 8) & 1) == 0)
            {
                return false;
            }
        }
        return mask.Length == length;
    }
}
