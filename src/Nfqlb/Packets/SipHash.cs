using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nfqlb.Packets;

/// <summary>SipHash-2-4: who does not know the key cannot choose inputs that meet.</summary>
/// <remarks>Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), §2. Words are taken one by one, eight
/// bytes each, little-endian.</remarks>
public struct SipHash
{
    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;

    /// <summary>Begins an input.</summary>
    /// <param name="seed">The key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SipHash(HashSeed seed)
    {
        _v0 = seed.K0 ^ 0x736f_6d65_7073_6575;
        _v1 = seed.K1 ^ 0x646f_7261_6e64_6f6d;
        _v2 = seed.K0 ^ 0x6c79_6765_6e65_7261;
        _v3 = seed.K1 ^ 0x7465_6462_7974_6573;
    }

    /// <summary>The hash of an input at hand.</summary>
    public static ulong Of(HashSeed seed, ReadOnlySpan<byte> input)
    {
        var hash = new SipHash(seed);
        int length = input.Length;
        for (; input.Length >= sizeof(ulong); input = input[sizeof(ulong)..])
        {
            hash.Add(BinaryPrimitives.ReadUInt64LittleEndian(input));
        }
        ulong rest = 0;
        for (int i = 0; i < input.Length; i++)
        {
            rest |= (ulong)input[i] << 8 * i;
        }
        return hash.Finish(rest, length);
    }

    /// <summary>Takes the next eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    /// <summary>Takes what is left, and gives the hash of all.</summary>
    /// <param name="rest">The last 0 to 7 bytes, the first of them lowest.</param>
    /// <param name="lengthBytes">Of the whole input.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Finish(ulong rest, int lengthBytes)
    {
        Add((ulong)(byte)lengthBytes << 56 | rest);
        _v2 ^= 0xff;
        Round();
        Round();
        Round();
        Round();
        return _v0 ^ _v1 ^ _v2 ^ _v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Round()
    {
        unchecked
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
