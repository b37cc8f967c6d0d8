using Nfqlb.Tests.Support;

namespace Nfqlb.Tests.Packets;

/// <summary>Makes packets worse: what fuzzers of wire formats do.</summary>
internal static class Mutation
{
    /// <summary>Values at which parsers turn: versions, lengths, protocols, ICMP types, limits.</summary>
    private static readonly byte[] Turning =
        [0, 1, 2, 3, 4, 6, 8, 11, 17, 43, 44, 47, 58, 59, 60, 0x44, 0x45, 0x46, 0x4f, 0x60, 127, 128, 132, 254, 255];

    /// <summary>What once broke something, by file name.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> Remembered =
        Directory.GetFiles(TestData.Path("corpus"), "*.hex").Order().ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path => Convert.FromHexString(File.ReadAllText(path).Trim()));

    /// <summary>The packets that mutations start from: those remembered, the tables and the captures.</summary>
    public static readonly byte[][] Corpus =
    [
        .. Remembered.Values,
        .. PacketCase.All.Select(row => row.Bytes),
        .. Capture.Names.SelectMany(Capture.Read).Select(packet => packet[..Math.Min(packet.Length, 160)]),
    ];

    /// <summary>One packet of the corpus, changed once or a few times.</summary>
    public static byte[] Next(Random random)
    {
        byte[] packet = [.. Corpus[random.Next(Corpus.Length)]];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            packet = Change(packet, random);
        }
        return packet;
    }

    private static byte[] Change(byte[] packet, Random random)
    {
        int at = random.Next(packet.Length + 1);
        switch (random.Next(6))
        {
            case 0:
                return packet[..at];
            case 1:
                byte[] inserted = new byte[random.Next(1, 9)];
                random.NextBytes(inserted);
                return [.. packet[..at], .. inserted, .. packet[at..]];
            case 2:
                byte[] other = Corpus[random.Next(Corpus.Length)];
                return [.. packet[..at], .. other[random.Next(other.Length + 1)..]];
            case 3 when at < packet.Length:
                packet[at] ^= (byte)(1 << random.Next(8));
                return packet;
            case 4 when packet.Length > 0:
                // Headers are where the lies are told.
                packet[random.Next(Math.Min(packet.Length, 64))] = Turning[random.Next(Turning.Length)];
                return packet;
            case 5 when at < packet.Length:
                packet[at] = (byte)random.Next(256);
                return packet;
            default:
                return packet;
        }
    }
}
