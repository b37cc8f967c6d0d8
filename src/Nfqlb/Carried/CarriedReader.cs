using System.Buffers.Binary;
using System.Text;

namespace Nfqlb.Carried;

/// <summary>Reads what <see cref="CarriedWriter"/> has written, and trusts none of it.</summary>
/// <remarks>Everything throws <see cref="CarriedException"/> where the bytes end too early.</remarks>
/// <param name="bytes">What has been written.</param>
public ref struct CarriedReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>True when all has been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>4 bytes.</summary>
    public int ReadInt() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>8 bytes.</summary>
    public long ReadLong() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Bytes behind their length; they are those that the reader was made of.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt());

    /// <summary>A text in UTF-8 behind its length.</summary>
    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());

    /// <summary>How many things follow.</summary>
    /// <param name="leastBytes">Of each, above 0: so that a number alone reserves no memory.</param>
    public int ReadCount(int leastBytes)
    {
        int count = ReadInt();
        return count >= 0 && count <= _rest.Length / leastBytes
            ? count
            : throw new CarriedException($"it is torn: {count} items should follow, and {_rest.Length} bytes do");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _rest.Length)
        {
            throw new CarriedException($"it is torn: {length} bytes should follow, and {_rest.Length} do");
        }
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
