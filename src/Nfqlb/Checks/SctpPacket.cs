using System.Buffers.Binary;
using System.Numerics;

namespace Nfqlb.Checks;

/// <summary>Packets of SCTP that ask a target whether it takes associations, and its answers (RFC 9260).</summary>
/// <remarks>
/// <code>
/// common header (§3)            INIT, INIT ACK (§3.3.2, §3.3.3)
///  0 source port                12 type 1 or 2, flags
///  2 destination port           14 length, from 12 on
///  4 verification tag           16 initiate tag
///  8 checksum, CRC32c           20 receiver window
/// 12 first chunk                24 streams out, streams in
///                               28 initial TSN
/// </code>
/// An answer carries the initiate tag of the INIT as its verification tag: 32 random bits that nobody knows who has not
/// seen the INIT.
/// </remarks>
public static class SctpPacket
{
    /// <summary>Of an INIT.</summary>
    public const int InitBytes = HeaderBytes + ChunkBytes;

    /// <summary>Of an ABORT.</summary>
    public const int AbortBytes = HeaderBytes + ChunkHeaderBytes;

    private const int HeaderBytes = 12, ChunkHeaderBytes = 4, ChunkBytes = 20;
    private const int VerificationTag = 4, Checksum = 8, ChunkLength = 14, InitiateTag = 16;
    private const byte Init = 1, InitAck = 2, Abort = 6;
    private const byte WithoutOurTag = 1;

    /// <summary>At least what §3.3.2 asks for.</summary>
    private const uint Window = 65536;

    /// <summary>Writes an INIT: one stream each way, and no parameters.</summary>
    /// <param name="packet">Of <see cref="InitBytes"/>.</param>
    /// <param name="source">Our port.</param>
    /// <param name="destination">The target's.</param>
    /// <param name="tag">Comes back with the answer; not 0.</param>
    public static void WriteInit(Span<byte> packet, ushort source, ushort destination, uint tag)
    {
        WriteHeader(packet, source, destination, verificationTag: 0, Init);
        BinaryPrimitives.WriteUInt32BigEndian(packet[InitiateTag..], tag);
        BinaryPrimitives.WriteUInt32BigEndian(packet[20..], Window);
        BinaryPrimitives.WriteUInt32BigEndian(packet[24..], 0x0001_0001);
        BinaryPrimitives.WriteUInt32BigEndian(packet[28..], tag);
        Seal(packet);
    }

    /// <summary>Writes an ABORT without a cause.</summary>
    /// <param name="packet">Of <see cref="AbortBytes"/>.</param>
    /// <param name="source">Our port.</param>
    /// <param name="destination">The target's.</param>
    /// <param name="tag">That of the target's INIT ACK.</param>
    public static void WriteAbort(Span<byte> packet, ushort source, ushort destination, uint tag)
    {
        WriteHeader(packet, source, destination, tag, Abort);
        Seal(packet);
    }

    /// <summary>What a packet has to do with the INIT of these ports and this tag.</summary>
    /// <param name="packet">From its SCTP header on; of any length.</param>
    /// <param name="source">The INIT's source port.</param>
    /// <param name="destination">Its destination port.</param>
    /// <param name="tag">Its tag.</param>
    /// <param name="peerTag">What an ABORT to the target has to carry; valid for
    /// <see cref="SctpAnswer.Accepted"/>.</param>
    public static SctpAnswer AnswerOf(
        ReadOnlySpan<byte> packet, ushort source, ushort destination, uint tag, out uint peerTag)
    {
        peerTag = 0;
        if (packet.Length < AbortBytes || SourceOf(packet) != destination || DestinationOf(packet) != source
            || BinaryPrimitives.ReadUInt32BigEndian(packet[VerificationTag..]) != tag || !IsSealed(packet))
        {
            return SctpAnswer.None;
        }
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[ChunkLength..]);
        var (type, flags) = (packet[HeaderBytes], packet[HeaderBytes + 1]);
        if (length < ChunkHeaderBytes || length > packet.Length - HeaderBytes)
        {
            return SctpAnswer.None;
        }
        if (type == InitAck && length >= ChunkBytes)
        {
            peerTag = BinaryPrimitives.ReadUInt32BigEndian(packet[InitiateTag..]);
            return peerTag != 0 ? SctpAnswer.Accepted : SctpAnswer.None;
        }
        return type == Abort && (flags & WithoutOurTag) == 0 ? SctpAnswer.Refused : SctpAnswer.None;
    }

    /// <summary>True for the beginning of the INIT of this tag, as an ICMP error quotes it. One that quotes less than
    /// the tag is nobody's (§10).</summary>
    /// <param name="quoted">From its SCTP header on; of any length.</param>
    /// <param name="destination">The INIT's destination port.</param>
    /// <param name="tag">Its tag.</param>
    public static bool IsQuoted(ReadOnlySpan<byte> quoted, ushort destination, uint tag) =>
        quoted.Length >= InitiateTag + sizeof(uint) && quoted[HeaderBytes] == Init
        && DestinationOf(quoted) == destination
        && BinaryPrimitives.ReadUInt32BigEndian(quoted[InitiateTag..]) == tag;

    /// <summary>The source port of a packet that has one, that is four bytes.</summary>
    public static ushort SourceOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt16BigEndian(packet);

    /// <summary>The destination port of a packet that has one, that is four bytes.</summary>
    public static ushort DestinationOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);

    /// <summary>The checksum of a packet, whatever stands in its place (RFC 9260, appendix A).</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> packet)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < packet.Length; i++)
        {
            bool isChecksum = i is >= Checksum and < Checksum + sizeof(uint);
            crc = BitOperations.Crc32C(crc, isChecksum ? (byte)0 : packet[i]);
        }
        return ~crc;
    }

    private static void WriteHeader(
        Span<byte> packet, ushort source, ushort destination, uint verificationTag, byte chunk)
    {
        packet.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet, source);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], destination);
        BinaryPrimitives.WriteUInt32BigEndian(packet[VerificationTag..], verificationTag);
        packet[HeaderBytes] = chunk;
        BinaryPrimitives.WriteUInt16BigEndian(packet[ChunkLength..], (ushort)(packet.Length - HeaderBytes));
    }

    private static void Seal(Span<byte> packet) =>
        BinaryPrimitives.WriteUInt32LittleEndian(packet[Checksum..], ChecksumOf(packet));

    /// <remarks>0 is what a kernel leaves there that has the network card reckon it, where the packet has not passed
    /// one: of a target on the same machine.</remarks>
    private static bool IsSealed(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32LittleEndian(packet[Checksum..]) is var sum
        && (sum == 0 || sum == ChecksumOf(packet));
}
