using System.Buffers.Binary;
using System.Text;

namespace Nfqlb.Carried;

/// <summary>Writes what a balancer knows, for one that goes on in its place; <see cref="CarriedReader"/> reads it.
/// </summary>
/// <remarks>Little-endian. Whatever has no fixed length stands behind its length, 4 bytes.</remarks>
public sealed class CarriedWriter
{
    private byte[] _bytes = new byte[64 * 1024];
    private int _count;

    /// <summary>How many bytes have been written.</summary>
    public int Length => _count;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => Room(1)[0] = value;

    /// <summary>4 bytes.</summary>
    public void WriteInt(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);

    /// <summary>8 bytes.</summary>
    public void WriteLong(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    /// <summary>Bytes behind their length.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteInt(value.Length);
        value.CopyTo(Room(value.Length));
    }

    /// <summary>A text in UTF-8 behind its length.</summary>
    public void WriteText(string value) => WriteBytes(Encoding.UTF8.GetBytes(value));

    /// <summary>Writes a number over one that was written before it was known.</summary>
    /// <param name="at">What <see cref="Length"/> was then.</param>
    /// <param name="value">The number.</param>
    public void Correct(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), value);

    private Span<byte> Room(int length)
    {
        if (length > _bytes.Length - _count)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_count + length), Math.Min(2 * _bytes.Length, Array.MaxLength)));
        }
        _count += length;
        return _bytes.AsSpan(_count - length, length);
    }
}
