using System.Net;

namespace Nfqlb.Tests.Packets;

/// <summary>Texts that are addresses, or almost.</summary>
internal static class SampleAddresses
{
    private const string Alphabet = "0123456789abcdefABCDEF::::....gx%[]/ ";

    /// <summary>About half are valid.</summary>
    public static string Next(Random random)
    {
        string text = random.Next(3) switch
        {
            0 => Ipv4(random),
            1 => Groups(random),
            _ => new IPAddress(RandomAddress(random)).ToString(),
        };
        return random.Next(2) == 0 ? text : Damage(text, random);
    }

    /// <summary>With many zeros, as these are what printing is about, and IPv4 inside.</summary>
    public static byte[] RandomAddress(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        for (int group = 0; group < 8; group++)
        {
            if (random.Next(2) == 0)
            {
                bytes.AsSpan(group * 2, 2).Clear();
            }
            else if (random.Next(4) == 0)
            {
                bytes.AsSpan(group * 2, 2).Fill(0xff);
            }
        }
        return bytes;
    }

    private static string Ipv4(Random random) =>
        string.Join('.', Enumerable.Range(0, random.Next(20) == 0 ? 3 : 4).Select(_ => random.Next(280)));

    /// <summary>Groups by hand: in full length, with `::` in any place, with IPv4 at the end.</summary>
    private static string Groups(Random random)
    {
        int count = random.Next(1, 9);
        var groups = Enumerable.Range(0, count)
            .Select(_ => random.Next(0x10000).ToString(random.Next(2) == 0 ? "x" : "X4")).ToList();
        if (random.Next(3) == 0)
        {
            groups[^1] = Ipv4(random);
        }
        int gap = random.Next(count + 1);
        return random.Next(4) == 0
            ? string.Join(':', groups)
            : $"{string.Join(':', groups[..gap])}::{string.Join(':', groups[gap..])}";
    }

    private static string Damage(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        char other = Alphabet[random.Next(Alphabet.Length)];
        return random.Next(3) switch
        {
            0 => text.Insert(at, other.ToString()),
            1 when at < text.Length => text.Remove(at, 1),
            2 when at < text.Length => $"{text[..at]}{other}{text[(at + 1)..]}",
            _ => text,
        };
    }
}
