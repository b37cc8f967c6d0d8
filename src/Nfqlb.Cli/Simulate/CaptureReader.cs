using System.Buffers.Binary;

namespace Nfqlb.Cli.Simulate;

/// <summary>The IP packets of a capture: pcap (libpcap 2.4) or pcapng (draft-ietf-opsawg-pcapng), of either byte
/// order, one at a time.</summary>
/// <param name="stream">From the first byte of the file on.</param>
internal sealed class CaptureReader(Stream stream)
{
    private const uint PcapMicroseconds = 0xa1b2c3d4, PcapNanoseconds = 0xa1b23c4d;
    private const int PcapHeaderBytes = 24, PcapRecordBytes = 16;
    private const int LinkTypeOffset = 20, CapturedOffset = 8;
    private const uint LinkTypeMask = 0x0fff_ffff; // above it, what is left of a frame's check sum

    private const uint Section = 0x0a0d0d0a, Interface = 1, SimplePacket = 3, EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const int BlockHeaderBytes = 8, BlockEndBytes = 4;
    private const int SimpleDataOffset = 4, EnhancedDataOffset = 20, EnhancedCapturedOffset = 12;

    /// <summary>No packet and no description of one is longer.</summary>
    private const int LongestPart = 1 << 20;

    private readonly List<uint> _linkTypes = [];
    private byte[] _part = new byte[1 << 16];
    private bool _isSwapped;
    private bool? _isPcapng;
    private long _packets;

    /// <summary>The next packet, from its IP header on. What is no IP is passed over.</summary>
    /// <param name="packet">Valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">It is no capture, or one that is cut short.</exception>
    public bool TryRead(out ReadOnlySpan<byte> packet)
    {
        _isPcapng ??= Begin();
        do
        {
            if (!(_isPcapng.Value ? TryReadBlock(out packet) : TryReadRecord(out packet)))
            {
                return false;
            }
        }
        while (packet.IsEmpty);
        return true;
    }

    /// <returns>True for pcapng, whose first block is then half read.</returns>
    private bool Begin()
    {
        var header = Take(BlockHeaderBytes, "no capture: too short");
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic == Section)
        {
            TakeSection();
            return true;
        }
        _isSwapped = BinaryPrimitives.ReverseEndianness(magic) is PcapMicroseconds or PcapNanoseconds;
        if (!_isSwapped && magic is not (PcapMicroseconds or PcapNanoseconds))
        {
            throw new InvalidDataException("neither pcap nor pcapng");
        }
        var rest = Take(PcapHeaderBytes - BlockHeaderBytes, "cut short in its header");
        _linkTypes.Add(Word(rest, LinkTypeOffset - BlockHeaderBytes) & LinkTypeMask);
        return false;
    }

    private bool TryReadRecord(out ReadOnlySpan<byte> packet)
    {
        packet = default;
        if (!TryTake(PcapRecordBytes, out var record))
        {
            return false;
        }
        _packets++;
        packet = LinkLayer.IpIn(_linkTypes[0], TakePart(Word(record, CapturedOffset)));
        return true;
    }

    private bool TryReadBlock(out ReadOnlySpan<byte> packet)
    {
        packet = default;
        if (!TryTake(BlockHeaderBytes, out var header))
        {
            return false;
        }
        uint type = Word(header, 0);
        if (type == Section)
        {
            TakeSection();
            return true;
        }
        uint length = Word(header, sizeof(uint));
        if (length < BlockHeaderBytes + BlockEndBytes || length % sizeof(uint) != 0)
        {
            throw new InvalidDataException($"damaged behind packet {_packets}: a block of {length} bytes");
        }
        var body = TakePart(length - BlockHeaderBytes)[..^BlockEndBytes];
        switch (type)
        {
            case Interface when body.Length >= sizeof(uint):
                _linkTypes.Add(_isSwapped
                    ? BinaryPrimitives.ReadUInt16BigEndian(body)
                    : BinaryPrimitives.ReadUInt16LittleEndian(body));
                break;
            case EnhancedPacket when body.Length >= EnhancedDataOffset:
                packet = PacketIn(body, Word(body, 0), EnhancedDataOffset, Word(body, EnhancedCapturedOffset));
                break;
            case SimplePacket when body.Length >= SimpleDataOffset:
                packet = PacketIn(body, 0, SimpleDataOffset, Word(body, 0));
                break;
        }
        return true;
    }

    /// <summary>A section may have another byte order than the one before, and describes its interfaces anew.</summary>
    private void TakeSection()
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        _part.AsSpan(sizeof(uint), sizeof(uint)).CopyTo(length);
        var magic = Take(sizeof(uint), "cut short in its header");
        _isSwapped = BinaryPrimitives.ReadUInt32LittleEndian(magic) != ByteOrderMagic;
        if (_isSwapped && BinaryPrimitives.ReadUInt32BigEndian(magic) != ByteOrderMagic)
        {
            throw new InvalidDataException("damaged: a section of unknown byte order");
        }
        uint all = Word(length, 0);
        if (all < BlockHeaderBytes + sizeof(uint) + BlockEndBytes)
        {
            throw new InvalidDataException($"damaged: a section header of {all} bytes");
        }
        TakePart(all - BlockHeaderBytes - sizeof(uint));
        _linkTypes.Clear();
    }

    private ReadOnlySpan<byte> PacketIn(ReadOnlySpan<byte> body, uint link, int offset, uint captured)
    {
        _packets++;
        var data = body[offset..];
        return link >= _linkTypes.Count
            ? throw new InvalidDataException($"damaged at packet {_packets}: interface {link} is not described")
            : LinkLayer.IpIn(_linkTypes[(int)link], captured < data.Length ? data[..(int)captured] : data);
    }

    private uint Word(ReadOnlySpan<byte> bytes, int offset) => _isSwapped
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private ReadOnlySpan<byte> TakePart(uint bytes) => bytes <= LongestPart
        ? Take((int)bytes, $"cut short at packet {_packets}")
        : throw new InvalidDataException($"damaged at packet {_packets}: a part of {bytes} bytes");

    private ReadOnlySpan<byte> Take(int bytes, string otherwise) =>
        TryTake(bytes, out var part) ? part : throw new InvalidDataException(otherwise);

    /// <returns>False where there is nothing more.</returns>
    private bool TryTake(int bytes, out ReadOnlySpan<byte> part)
    {
        if (_part.Length < bytes)
        {
            _part = new byte[bytes];
        }
        int count = stream.ReadAtLeast(_part.AsSpan(0, bytes), bytes, throwOnEndOfStream: false);
        part = _part.AsSpan(0, bytes);
        return count == bytes || (count > 0
            ? throw new InvalidDataException($"cut short behind packet {_packets}")
            : false);
    }
}
