using System.Buffers.Binary;
using System.Text;
using Nfqlb.Tracing;

namespace Nfqlb.Control;

/// <summary>Reads the blocks of a capture as the balancer sends them.</summary>
/// <param name="stream">From the first byte of its answer on.</param>
public sealed class PcapngBlocks(Stream stream)
{
    private const int HeaderBytes = 8;
    private const int LongestBlock = 1024 * 1024;
    private const int DroppedOffset = 36; // of a statistics block: behind interface, time and the option before

    private byte[] _block = new byte[HeaderBytes];

    /// <summary>The block read last: 0 before the first.</summary>
    public uint Type => BinaryPrimitives.ReadUInt32LittleEndian(_block);

    /// <summary>All bytes of it.</summary>
    public ReadOnlySpan<byte> Bytes => _block;

    /// <summary>Packets that a block of statistics calls lost.</summary>
    public long Dropped => BinaryPrimitives.ReadInt64LittleEndian(_block.AsSpan(DroppedOffset));

    /// <summary>What the balancer said instead of a capture; null when it began one.</summary>
    public string? ReadRefusal()
    {
        bool isWhole = TryReadNext(isFirst: true);
        if (isWhole)
        {
            return null;
        }
        using var rest = new StreamReader(stream, Encoding.UTF8);
        return Encoding.UTF8.GetString(_block) + rest.ReadToEnd();
    }

    /// <summary>Reads the next block.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="ControlException">What came is no block.</exception>
    public bool TryReadNext() => TryReadNext(isFirst: false);

    private bool TryReadNext(bool isFirst)
    {
        byte[] header = new byte[HeaderBytes];
        int count = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(sizeof(int)));
        bool isSection = BinaryPrimitives.ReadUInt32LittleEndian(header) == PcapngWriter.SectionHeader;
        if (count < HeaderBytes || (isFirst && !isSection))
        {
            _block = header[..count];
            return false;
        }
        if (length is < HeaderBytes + sizeof(int) or > LongestBlock)
        {
            throw new ControlException($"The balancer's capture cannot be read: a block of {length} bytes");
        }
        _block = new byte[length];
        header.CopyTo(_block, 0);
        stream.ReadExactly(_block.AsSpan(HeaderBytes));
        return true;
    }
}
