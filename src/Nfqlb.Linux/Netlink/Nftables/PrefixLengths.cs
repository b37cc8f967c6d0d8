using System.Globalization;
using System.Text;

namespace Nfqlb.Linux.Netlink.Nftables;

/// <summary>The lengths of prefixes that begin at one address, as a comment of an nft set element says them:
/// `/8,24-26`.</summary>
internal static class PrefixLengths
{
    /// <summary>Writes lengths that ascend.</summary>
    /// <remarks>At most 205 characters, for every second length from 0 to 128: nf_tables keeps 253.</remarks>
    public static string Format(IReadOnlyList<int> lengths)
    {
        var text = new StringBuilder();
        int first = 0;
        while (first < lengths.Count)
        {
            int last = first;
            while (last + 1 < lengths.Count && lengths[last + 1] == lengths[last] + 1)
            {
                last++;
            }

            text.Append(first == 0 ? '/' : ',').Append(lengths[first]);
            if (last > first)
            {
                text.Append('-').Append(lengths[last]);
            }

            first = last + 1;
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Format"/> writes.</summary>
    /// <returns>The lengths; none when the text is another's.</returns>
    public static List<int> Parse(string text, int longest)
    {
        var lengths = new List<int>();
        if (!text.StartsWith('/'))
        {
            return [];
        }

        foreach (string part in text[1..].Split(','))
        {
            string[] ends = part.Split('-', 2);
            if (!TryParseLength(ends[0], longest, out int first) || !TryParseLength(ends[^1], longest, out int last))
            {
                return [];
            }

            for (int length = first; length <= last; length++)
            {
                lengths.Add(length);
            }
        }

        return lengths;
    }

    private static bool TryParseLength(string text, int longest, out int length) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= longest;
}
