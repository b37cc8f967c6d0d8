using System.Buffers.Binary;

namespace Nfqlb.EndToEnd.Wire;

/// <summary>Captures of IP packets in the classic format of libpcap, little-endian, times in nanoseconds.</summary>
internal static class PcapFile
{
    private const uint NanosecondMagic = 0xa1b23c4d;
    private const int LinkTypeEthernet = 1, LinkTypeRaw = 101;
    private const int FileHeaderBytes = 24, RecordHeaderBytes = 16, LargestPacket = 65535;

    /// <summary>Writes bare IP packets.</summary>
    public static void Write(string path, IEnumerable<byte[]> packets) => Write(path, LinkTypeRaw, packets);

    /// <summary>Writes IP packets behind Ethernet headers, each to a station of its own.</summary>
    /// <param name="packets">The station's address as text, with colons; then the IP packet.</param>
    public static void WriteEthernet(string path, IEnumerable<(string Station, byte[] Packet)> packets) =>
        Write(path, LinkTypeEthernet, packets.Select(to => (byte[])
        [
            .. Convert.FromHexString(to.Station.Replace(":", "")), .. new byte[6],
            .. Network.Bytes((ushort)(to.Packet[0] >> 4 == 4 ? 0x0800 : 0x86dd)), .. to.Packet,
        ]));

    /// <summary>Reads bare IP packets in their order.</summary>
    /// <exception cref="InvalidDataException">The file is of another kind, or a packet in it is cut short.</exception>
    public static List<byte[]> Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        if (BinaryPrimitives.ReadUInt32LittleEndian(rest) != NanosecondMagic
            || BinaryPrimitives.ReadInt32LittleEndian(rest[20..]) != LinkTypeRaw)
        {
            throw new InvalidDataException($"{path}: not a capture of bare IP packets");
        }
        var packets = new List<byte[]>();
        for (rest = rest[FileHeaderBytes..]; !rest.IsEmpty;)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]);
            if (captured != BinaryPrimitives.ReadInt32LittleEndian(rest[12..]))
            {
                throw new InvalidDataException($"{path}: packet {packets.Count} is cut short");
            }
            packets.Add(rest.Slice(RecordHeaderBytes, captured).ToArray());
            rest = rest[(RecordHeaderBytes + captured)..];
        }
        return packets;
    }

    private static void Write(string path, int linkType, IEnumerable<byte[]> records)
    {
        using var file = new BinaryWriter(File.Create(path)); // which writes little-endian
        file.Write(NanosecondMagic);
        file.Write((ushort)2); // the format's version, 2.4
        file.Write((ushort)4);
        file.Write(0L);
        file.Write(LargestPacket);
        file.Write(linkType);
        foreach (byte[] record in records)
        {
            file.Write(0L); // no time
            file.Write(record.Length);
            file.Write(record.Length);
            file.Write(record);
        }
    }
}
