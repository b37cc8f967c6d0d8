using System.Globalization;
using System.Text;

namespace Nfqlb.Packets;

/// <summary>Addresses as text, to the letter as inet_pton(3) reads them and inet_ntop(3) writes them.</summary>
/// <remarks>IPAddress does neither: it reads zones, brackets and octal octets, and writes some IPv6 with
/// dots.</remarks>
internal static class AddressText
{
    private const int Groups = 8;
    private const int MostHexDigits = 4;

    public static bool TryParseIpv4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int octets = 0;
        foreach (Range part in text.Split('.'))
        {
            ReadOnlySpan<char> digits = text[part];
            bool hasLeadingZero = digits.Length > 1 && digits[0] == '0';
            if (octets == 4 || digits.Length > 3 || hasLeadingZero
                || !WholeNumber.TryParse(digits, 255, out uint octet))
            {
                return false;
            }
            address = address << 8 | octet;
            octets++;
        }
        return octets == 4;
    }

    public static bool TryParseIpv6(ReadOnlySpan<char> text, out Address address)
    {
        address = default;
        Span<ushort> groups = stackalloc ushort[Groups];
        int count = 0;
        int gap = text.StartsWith("::") ? 0 : -1;
        ReadOnlySpan<char> rest = gap == 0 ? text[2..] : text;
        while (!rest.IsEmpty)
        {
            int colon = rest.IndexOf(':');
            if (!TryTakeGroup(colon < 0 ? rest : rest[..colon], isLast: colon < 0, groups, ref count))
            {
                return false;
            }
            rest = colon < 0 ? [] : rest[(colon + 1)..];
            if (rest.StartsWith(":") && gap < 0)
            {
                gap = count;
                rest = rest[1..];
            }
            else if (rest.IsEmpty && colon >= 0)
            {
                return false; // A single colon at the end.
            }
        }
        if (gap < 0 ? count != Groups : count == Groups)
        {
            return false;
        }
        if (gap >= 0)
        {
            // What stands behind the gap belongs to the end.
            groups[gap..count].CopyTo(groups[(Groups - count + gap)..]);
            groups.Slice(gap, Groups - count).Clear();
        }
        address = new Address(Join(groups[..4]), Join(groups[4..]));
        return true;
    }

    public static string Format(Address address)
    {
        Span<ushort> groups = stackalloc ushort[Groups];
        for (int i = 0; i < Groups; i++)
        {
            groups[i] = (ushort)((i < 4 ? address.High : address.Low) >> (48 - i % 4 * 16));
        }
        var (gap, gapLength) = LongestZeros(groups);
        bool endsInIpv4 = gap == 0 && (gapLength == 6 || (gapLength == 5 && groups[5] == 0xffff));
        var text = new StringBuilder();
        for (int i = 0; i < (endsInIpv4 ? 6 : Groups); i++)
        {
            if (i == gap)
            {
                text.Append("::");
                i += gapLength - 1;
                continue;
            }
            Separate(text).Append($"{groups[i]:x}");
        }
        if (endsInIpv4)
        {
            Separate(text).Append($"{groups[6] >> 8}.{groups[6] & 255}.{groups[7] >> 8}.{groups[7] & 255}");
        }
        return text.ToString();
    }

    private static bool TryTakeGroup(ReadOnlySpan<char> text, bool isLast, Span<ushort> groups, ref int count)
    {
        if (isLast && text.Contains('.'))
        {
            if (count > Groups - 2 || !TryParseIpv4(text, out uint ipv4))
            {
                return false;
            }
            groups[count++] = (ushort)(ipv4 >> 16);
            groups[count++] = (ushort)ipv4;
            return true;
        }
        // The framework's own parser would let NULs pass at the end.
        bool isHex = text.Length is > 0 and <= MostHexDigits && !text.ContainsAnyExcept("0123456789abcdefABCDEF");
        if (count == Groups || !isHex)
        {
            return false;
        }
        groups[count++] = ushort.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>The first of the longest runs of two or more zero groups; -1 for none.</summary>
    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> groups)
    {
        var longest = (Start: -1, Length: 1);
        for (int start = 0; start < groups.Length; start++)
        {
            int nonZero = groups[start..].IndexOfAnyExcept((ushort)0);
            int length = nonZero < 0 ? groups.Length - start : nonZero;
            if (length > longest.Length)
            {
                longest = (start, length);
            }
        }
        return longest;
    }

    private static StringBuilder Separate(StringBuilder text) =>
        text.Length == 0 || text[^1] == ':' ? text : text.Append(':');

    private static ulong Join(ReadOnlySpan<ushort> groups) =>
        (ulong)groups[0] << 48 | (ulong)groups[1] << 32 | (ulong)groups[2] << 16 | groups[3];
}
