using System.Buffers;
using System.Buffers.Binary;
using Nfqlb.Cli.Simulate;
using Nfqlb.Tests.Support;
using Nfqlb.Tests.Wire;
using Nfqlb.Tracing;

namespace Nfqlb.Cli.Tests.Simulate;

/// <summary>Captures of all kinds give the packets that were put into them; damaged ones are told.</summary>
public class CaptureReaderTests
{
    private const uint Microseconds = 0xa1b2c3d4, Nanoseconds = 0xa1b23c4d;
    private const int Ethernet = 1, Raw = 101, Cooked = 113, Cooked2 = 276, Null = 0;

    private static readonly byte[][] Packets = [Ip.V4().Tcp(1000, 80), Ip.V6().Udp(7, 53, 1, 2, 3), Ip.V4().Sctp(5, 6)];

    public static TheoryData<bool, uint, int> Pcaps => new()
    {
        { false, Microseconds, Raw }, { true, Nanoseconds, Raw }, { false, Nanoseconds, Ethernet },
        { true, Microseconds, Ethernet }, { false, Microseconds, Cooked }, { false, Microseconds, Cooked2 },
        { false, Microseconds, Null },
    };

    [Theory, MemberData(nameof(Pcaps))]
    public void A_pcap_gives_its_packets(bool isBig, uint magic, int linkType) =>
        Assert.Equal(Packets, ReadAll(Pcap(isBig, magic, linkType, [.. Packets.Select(one => Frame(linkType, one))])));

    [Fact]
    public void Our_own_captures_are_read()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PcapngWriter(bytes);
        writer.WriteHeader("nfqlb");
        writer.WriteInterface("queues", snapBytes: 128);
        foreach (byte[] packet in Packets)
        {
            writer.WritePacket(queue: 3, unixNanoseconds: 1, packet.Length, packet, "balanced");
        }
        writer.WriteStatistics(2, 3, 0, "end");
        Assert.Equal(Packets, ReadAll(bytes.WrittenSpan.ToArray()));
    }

    /// <summary>A second section has another byte order and other interfaces.</summary>
    [Fact]
    public void A_pcapng_of_several_sections_gives_its_packets()
    {
        byte[] file =
        [
            .. SectionOf(isBig: true, Ethernet, Raw), .. Enhanced(isBig: true, 1, Packets[0]),
            .. Enhanced(isBig: true, 0, Frame(Ethernet, Packets[1])), .. SectionOf(isBig: false, Cooked),
            .. Simple(isBig: false, Frame(Cooked, Packets[2])),
        ];
        Assert.Equal(Packets, ReadAll(file));
    }

    [Fact]
    public void Tags_of_networks_are_passed_over_and_what_is_no_IP_is_left_out()
    {
        byte[] tagged =
            [.. new byte[12], 0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 0x08, 0, .. Packets[0]];
        byte[] arp = [.. new byte[12], 0x08, 0x06, .. new byte[28]];
        Assert.Equal([Packets[0]], ReadAll(Pcap(false, Microseconds, Ethernet, [arp, tagged, [], [1, 2, 3]])));
        Assert.Empty(ReadAll(Pcap(false, Microseconds, linkType: 147, Packets)));
    }

    /// <summary>Where it is cut within a packet, and nowhere else.</summary>
    [Fact]
    public void A_capture_that_is_cut_short_is_told()
    {
        byte[] whole = Pcap(false, Microseconds, Raw, Packets);
        var ends = new HashSet<int>();
        for (int end = 24, i = 0; i <= Packets.Length; i++)
        {
            ends.Add(end);
            end += i < Packets.Length ? 16 + Packets[i].Length : 0;
        }
        for (int length = 0; length <= whole.Length; length++)
        {
            byte[] cut = whole[..length];
            if (ends.Contains(length))
            {
                ReadAll(cut);
            }
            else
            {
                Assert.Throws<InvalidDataException>(() => ReadAll(cut));
            }
        }
    }

    [Fact]
    public void Damaged_bytes_end_in_packets_or_in_a_complaint() => Seeded.Run(random =>
    {
        byte[][] files =
        [
            Pcap(true, Microseconds, Ethernet, [.. Packets.Select(one => Frame(Ethernet, one))]),
            [.. SectionOf(isBig: false, Raw, Cooked2), .. Enhanced(false, 0, Packets[0]), .. Simple(false, Packets[1])],
        ];
        int complaints = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] file = [.. files[i % 2]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }
            try
            {
                ReadAll(file);
            }
            catch (InvalidDataException)
            {
                complaints++;
            }
        }
        Assert.InRange(complaints, 500, 4_500);
    });

    private static List<byte[]> ReadAll(byte[] file)
    {
        var reader = new CaptureReader(new MemoryStream(file));
        var packets = new List<byte[]>();
        while (reader.TryRead(out var packet))
        {
            packets.Add(packet.ToArray());
        }
        return packets;
    }

    private static byte[] Frame(int linkType, byte[] packet)
    {
        byte[] type = packet[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xdd];
        return linkType switch
        {
            Ethernet => [.. new byte[12], .. type, .. packet],
            Cooked => [.. new byte[14], .. type, .. packet],
            Cooked2 => [.. type, .. new byte[18], .. packet],
            Null => [2, 0, 0, 0, .. packet],
            _ => packet,
        };
    }

    private static byte[] Pcap(bool isBig, uint magic, int linkType, byte[][] frames) =>
    [
        .. Word(isBig, magic), .. new byte[16], .. Word(isBig, (uint)linkType),
        .. frames.SelectMany(frame => (byte[])
            [.. new byte[8], .. Word(isBig, (uint)frame.Length), .. Word(isBig, 9000), .. frame]),
    ];

    private static byte[] SectionOf(bool isBig, params int[] linkTypes) =>
    [
        .. Block(isBig, 0x0a0d0d0a, [.. Word(isBig, 0x1a2b3c4d), .. new byte[12]]),
        .. linkTypes.SelectMany(type => Block(isBig, 1, [.. Word(isBig, (uint)type)[(isBig ? 2 : 0)..(isBig ? 4 : 2)],
            0, 0, .. Word(isBig, 65535)])),
    ];

    private static byte[] Enhanced(bool isBig, uint link, byte[] frame) => Block(isBig, 6,
        [.. Word(isBig, link), .. new byte[8], .. Word(isBig, (uint)frame.Length), .. Word(isBig, 9000), .. frame]);

    private static byte[] Simple(bool isBig, byte[] frame) =>
        Block(isBig, 3, [.. Word(isBig, (uint)frame.Length), .. frame]);

    private static byte[] Block(bool isBig, uint type, byte[] body)
    {
        byte[] padding = new byte[-body.Length & 3];
        byte[] length = Word(isBig, (uint)(body.Length + padding.Length + 12));
        return [.. Word(isBig, type), .. length, .. body, .. padding, .. length];
    }

    private static byte[] Word(bool isBig, uint value)
    {
        byte[] bytes = new byte[4];
        if (isBig)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }
        return bytes;
    }
}
