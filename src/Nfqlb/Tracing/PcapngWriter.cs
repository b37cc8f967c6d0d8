using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nfqlb.Tracing;

/// <summary>Writes packets as pcapng (draft-ietf-opsawg-pcapng), little-endian, times in nanoseconds.</summary>
/// <remarks>All packets belong to one interface, whatever queue they came by: libpcap, up to 1.10 at least, refuses a
/// second interface of LINKTYPE_RAW, because it compares the number in the file with the one it has translated the
/// first to.</remarks>
/// <param name="output">Where the blocks go.</param>
public sealed class PcapngWriter(IBufferWriter<byte> output)
{
    /// <summary>The type of the block that begins every file; the same in both byte orders.</summary>
    public const uint SectionHeader = 0x0A0D0D0A;

    /// <summary>The type of a block that holds a packet.</summary>
    public const uint EnhancedPacket = 6;

    /// <summary>The type of a block that says what an interface lost.</summary>
    public const uint InterfaceStatistics = 5;

    private const uint InterfaceDescription = 1;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const ushort RawIp = 101; // LINKTYPE_RAW: begins with the IPv4 or IPv6 header
    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;
    private const ushort Application = 4;
    private const ushort InterfaceName = 2;
    private const ushort TimeResolution = 9;
    private const byte Nanoseconds = 9; // 10 to the power of -9
    private const uint OnlyInterface = 0;
    private const ushort PacketQueue = 6; // epb_queue
    private const ushort PacketsReceived = 4;
    private const ushort PacketsDropped = 5;

    private readonly ArrayBufferWriter<byte> _body = new();

    /// <summary>Begins the file.</summary>
    public void WriteHeader(string application)
    {
        Word(ByteOrderMagic);
        Half(1);
        Half(0);
        Word(uint.MaxValue); // the section's length is not known: -1, 64 bits
        Word(uint.MaxValue);
        Option(Application, Encoding.UTF8.GetBytes(application));
        EndBlock(SectionHeader);
    }

    /// <summary>Describes the interface, behind the header and before the first packet.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="snapBytes">Most bytes of a packet that are kept.</param>
    public void WriteInterface(string name, int snapBytes)
    {
        Half(RawIp);
        Half(0);
        Word((uint)snapBytes);
        Option(InterfaceName, Encoding.UTF8.GetBytes(name));
        Option(TimeResolution, [Nanoseconds]);
        EndBlock(InterfaceDescription);
    }

    /// <summary>Adds a packet.</summary>
    /// <param name="queue">The number of the queue it came by.</param>
    /// <param name="unixNanoseconds">When.</param>
    /// <param name="originalLength">Bytes it had.</param>
    /// <param name="bytes">Those that are there, from the IP header on.</param>
    /// <param name="comment">What to say of it.</param>
    public void WritePacket(
        int queue, long unixNanoseconds, int originalLength, ReadOnlySpan<byte> bytes, string comment)
    {
        Word(OnlyInterface);
        Time(unixNanoseconds);
        Word((uint)bytes.Length);
        Word((uint)originalLength);
        Padded(bytes);
        Option(Comment, Encoding.UTF8.GetBytes(comment));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, queue);
        Option(PacketQueue, number);
        EndBlock(EnhancedPacket);
    }

    /// <summary>Says at the end how many packets there were and how many are missing.</summary>
    /// <param name="unixNanoseconds">When that was counted.</param>
    /// <param name="received">All that were to be captured.</param>
    /// <param name="dropped">Those of them that the file does not have.</param>
    /// <param name="comment">What else to say of it.</param>
    public void WriteStatistics(long unixNanoseconds, long received, long dropped, string comment)
    {
        Span<byte> count = stackalloc byte[8];
        Word(OnlyInterface);
        Time(unixNanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(count, received);
        Option(PacketsReceived, count);
        BinaryPrimitives.WriteInt64LittleEndian(count, dropped);
        Option(PacketsDropped, count);
        Option(Comment, Encoding.UTF8.GetBytes(comment));
        EndBlock(InterfaceStatistics);
    }

    private void EndBlock(uint type)
    {
        Half(EndOfOptions);
        Half(0);
        const int framing = 12; // the type before the body, the length before and behind it
        Span<byte> block = output.GetSpan(_body.WrittenCount + framing);
        int length = _body.WrittenCount + framing;
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], length);
        _body.WrittenSpan.CopyTo(block[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(block[(length - 4)..], length);
        output.Advance(length);
        _body.ResetWrittenCount();
    }

    /// <summary>High word first, each of them little-endian.</summary>
    private void Time(long unixNanoseconds)
    {
        Word((uint)(unixNanoseconds >> 32));
        Word((uint)unixNanoseconds);
    }

    private void Option(ushort code, ReadOnlySpan<byte> value)
    {
        Half(code);
        Half((ushort)value.Length);
        Padded(value);
    }

    private void Padded(ReadOnlySpan<byte> bytes)
    {
        _body.Write(bytes);
        _body.Write("\0\0\0"u8[..(-bytes.Length & 3)]);
    }

    private void Half(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_body.GetSpan(2), value);
        _body.Advance(2);
    }

    private void Word(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_body.GetSpan(4), value);
        _body.Advance(4);
    }
}
