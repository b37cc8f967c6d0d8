using System.Buffers.Binary;

namespace Nfqlb.Packets;

/// <summary>The secret of a keyed pool: 128 bits that its tables and the hashes of its packets depend on.</summary>
/// <remarks>All balancers of a virtual IP share it. Who knows it can choose ports that all meet one target.</remarks>
/// <param name="K0">The first eight bytes, little-endian, as SipHash reads its key.</param>
/// <param name="K1">The last eight bytes, likewise.</param>
public readonly record struct HashSeed(ulong K0, ulong K1)
{
    /// <summary>Bytes of a seed.</summary>
    public const int Bytes = 16;

    /// <summary>Reads 32 hexadecimal digits, such as `openssl rand -hex 16` prints.</summary>
    public static bool TryParse(string text, out HashSeed seed)
    {
        seed = default;
        if (text.Length != 2 * Bytes || !text.All(char.IsAsciiHexDigit))
        {
            return false;
        }
        byte[] bytes = Convert.FromHexString(text);
        seed = new HashSeed(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)));
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it. A secret: not for listings and logs.</summary>
    public override string ToString()
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, K0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), K1);
        return Convert.ToHexStringLower(bytes);
    }
}
