using System.Globalization;
using System.Text;

namespace Nfqlb.Daemon.Journal;

/// <summary>The file of nfqlb 2.0.0, which is read and never written: the first change begins a new one.</summary>
/// <remarks>
/// <c>nfqlb-flows 1 LENGTH SUM</c>, where LENGTH says how many bytes behind this line are in force and SUM is the check
/// sum of all of them, 16 hexadecimal digits each. Behind it a line a change, as in <see cref="JournalFile"/> but
/// without sums of their own.
/// </remarks>
internal static class FirstJournalFile
{
    private const int NumberDigits = 16;

    /// <summary>Of the head, its line break included.</summary>
    public static int HeadBytes { get; } = Head(0, JournalSum.Empty).Length;

    public static byte[] Head(long length, JournalSum sum) =>
        Encoding.ASCII.GetBytes($"{JournalFile.Magic}1 {length:x16} {sum.Value:x16}\n");

    /// <summary>Checks a whole file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="inForce">What stands behind the head, when this returns true.</param>
    /// <param name="reason">What is wrong, when this returns false.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> inForce, out string reason)
    {
        inForce = default;
        if (!TryReadHead(bytes, out long length, out ulong expected))
        {
            reason = "it is torn: its first line is not complete";
            return false;
        }
        if (length > bytes.Length - HeadBytes)
        {
            reason = $"it is torn: {length} bytes should follow the first line, and {bytes.Length - HeadBytes} do";
            return false;
        }
        inForce = bytes.Slice(HeadBytes, (int)length);
        reason = JournalSum.Empty.With(inForce).Value == expected ? "" : "it is damaged: its check sum is wrong";
        return reason.Length == 0;
    }

    private static bool TryReadHead(ReadOnlySpan<byte> bytes, out long length, out ulong sum)
    {
        (length, sum) = (0, 0);
        int end = bytes.IndexOf((byte)'\n');
        string[] words = end == HeadBytes - 1 ? Encoding.Latin1.GetString(bytes[..end]).Split(' ') : [];
        return words.Length == 4 && TryParse(words[2], out ulong inForce) && TryParse(words[3], out sum)
            && (length = (long)inForce) >= 0;
    }

    private static bool TryParse(string text, out ulong number)
    {
        number = 0;
        return text.Length == NumberDigits
            && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
