using System.Buffers.Binary;
using System.Text;

namespace Nfqlb.EndToEnd.Tracing;

/// <summary>A capture, read in the plain way from the description of the format.</summary>
/// <param name="Packets">In the order of the file.</param>
/// <param name="Interfaces">Their names.</param>
/// <param name="Dropped">The sum of all interfaces.</param>
internal sealed record PcapngFile(
    IReadOnlyList<PcapngFile.CapturedPacket> Packets, IReadOnlyList<string> Interfaces, long Dropped)
{
    public static PcapngFile Read(string path)
    {
        var packets = new List<CapturedPacket>();
        var interfaces = new List<string>();
        long dropped = 0;
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = Word(file, at + 4);
            Assert.Equal(length, Word(file, at + length - 4));
            Assert.Equal(0, length % 4);
            byte[] body = file[(at + 8)..(at + length - 4)];
            switch (Word(file, at))
            {
                case 0x0A0D0D0A:
                    Assert.Equal((0, 0x1A2B3C4D), (at, Word(body, 0)));
                    break;
                case 1:
                    Assert.Equal(101, Word(body, 0)); // LINKTYPE_RAW
                    interfaces.Add(Encoding.UTF8.GetString(Options(body, 8)[2]));
                    Assert.Equal([9], Options(body, 8)[9]);
                    break;
                case 6:
                    packets.Add(Packet(body));
                    break;
                case 5:
                    dropped += BinaryPrimitives.ReadInt64LittleEndian(Options(body, 12)[5]);
                    break;
                default:
                    Assert.Fail($"block type {Word(file, at)}");
                    break;
            }
            at += length;
        }
        return new PcapngFile(packets, interfaces, dropped);
    }

    private static CapturedPacket Packet(byte[] body)
    {
        long time = (long)Word(body, 4) << 32 | (uint)Word(body, 8);
        int length = Word(body, 12);
        int padded = (length + 3) / 4 * 4;
        Dictionary<int, byte[]> options = Options(body, 20 + padded);
        Assert.Equal(0, Word(body, 0)); // the interface
        return new CapturedPacket(
            DateTime.UnixEpoch.AddTicks(time / 100), body[20..(20 + length)], Word(body, 16), Word(options[6], 0),
            Encoding.UTF8.GetString(options[1]));
    }

    private static Dictionary<int, byte[]> Options(byte[] body, int at)
    {
        var options = new Dictionary<int, byte[]>();
        while (BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(at)) is var code and not 0)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(at + 2));
            options.Add(code, body[(at + 4)..(at + 4 + length)]);
            at += 4 + (length + 3) / 4 * 4;
        }
        Assert.Equal(body.Length, at + 4);
        return options;
    }

    private static int Word(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    public sealed record CapturedPacket(DateTime Time, byte[] Bytes, int OriginalLength, int Queue, string Comment);
}
