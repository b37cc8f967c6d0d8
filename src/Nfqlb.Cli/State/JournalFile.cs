using System.Globalization;
using System.Text;

namespace Nfqlb.Cli.State;

/// <summary>The bytes of the file that keeps flows: a head of fixed size, and behind it a line a change.</summary>
/// <remarks>
/// <para>
/// <c>nfqlb-flows 1 LENGTH SUM</c>, where LENGTH says how many bytes behind the head are in force and SUM is their
/// check sum, 16 hexadecimal digits each. A change is appended first, then the head is overwritten: killed between the
/// two, a process leaves a line that is not in force, of which nobody has been told that it is.
/// </para>
/// <para>A line is a request of the control socket with tabs for its line breaks.</para>
/// </remarks>
internal static class JournalFile
{
    private const string Magic = "nfqlb-flows ";

    /// <summary>Counts up when an older program would misread what a newer one writes.</summary>
    private const int Version = 1;

    private const int NumberDigits = 16;

    /// <summary>Of the head, its line break included.</summary>
    public static int HeadBytes { get; } = Head(0, JournalSum.Empty).Length;

    public static byte[] Head(long length, JournalSum sum) =>
        Encoding.ASCII.GetBytes($"{Magic}{Version} {length:x16} {sum.Value:x16}\n");

    /// <summary>Checks a whole file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="inForce">What stands behind the head, when this returns true.</param>
    /// <param name="sum">Its check sum.</param>
    /// <param name="reason">What is wrong, when this returns false.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> inForce, out JournalSum sum, out string reason)
    {
        inForce = default;
        sum = JournalSum.Empty;
        if (!TryReadHead(bytes, out long length, out ulong expected, out reason))
        {
            return false;
        }
        if (length > bytes.Length - HeadBytes)
        {
            reason = $"it is torn: {length} bytes should follow the first line, and {bytes.Length - HeadBytes} do";
            return false;
        }
        inForce = bytes.Slice(HeadBytes, (int)length);
        sum = JournalSum.Empty.With(inForce);
        reason = sum.Value == expected ? "" : "it is damaged: its check sum is wrong";
        return reason.Length == 0;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> bytes, out long length, out ulong sum, out string reason)
    {
        (length, sum) = (0, 0);
        int end = bytes.IndexOf((byte)'\n');
        string head = Encoding.Latin1.GetString(end < 0 ? bytes[..Math.Min(bytes.Length, HeadBytes)] : bytes[..end]);
        string[] words = head.Split(' ');
        if (!head.StartsWith(Magic, StringComparison.Ordinal)
            || !WholeNumber.TryParse(words[1], int.MaxValue, out uint version))
        {
            reason = "it is of something else";
            return false;
        }
        if (version != Version)
        {
            reason = $"it is of version {version}, and this program reads {Version}";
            return false;
        }
        bool isHead = end == HeadBytes - 1 && words.Length == 4 && TryParse(words[2], out ulong bytesInForce)
            && TryParse(words[3], out sum) && (length = (long)bytesInForce) >= 0;
        reason = isHead ? "" : "it is torn: its first line is not complete";
        return isHead;
    }

    private static bool TryParse(string text, out ulong number)
    {
        number = 0;
        return text.Length == NumberDigits
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
