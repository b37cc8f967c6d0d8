using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Nfqlb.Daemon.Journal;

/// <summary>The bytes of the file that keeps flows: a head, what was in force when it was written, and behind that a
/// line a change.</summary>
/// <remarks>
/// <para>
/// The head is <c>nfqlb-flows 2 LENGTH SUM</c>. LENGTH says how many bytes behind it are the snapshot: what was in
/// force, a line a flow, brought to the disk before the file had its name. So no power cut can tear it. SUM is the
/// check sum of the head's words before it. Both have 16 hexadecimal digits.
/// </para>
/// <para>
/// A line is <c>SUM CHANGE</c>. CHANGE is a request of the control socket with tabs for its line breaks, and SUM the
/// check sum of the version, of the line's place in the file, and of CHANGE, the line break included. So each line
/// stands for itself, and none counts in another place than it was written to.
/// </para>
/// </remarks>
internal static class JournalFile
{
    public const string Magic = "nfqlb-flows ";

    /// <summary>Counts up when an older program would misread what a newer one writes.</summary>
    public const int Version = 2;

    private const int NumberDigits = 16;

    /// <summary>Of the head, its line break included.</summary>
    public static int HeadBytes { get; } = Head(0).Length;

    /// <summary>Of a line, in front of its change.</summary>
    public const int SumBytes = NumberDigits + 1;

    public static byte[] Head(long snapshotBytes)
    {
        string words = $"{Magic}{Version} {snapshotBytes:x16}";
        return Encoding.ASCII.GetBytes($"{words} {SumOf(words).Value:x16}\n");
    }

    /// <summary>A line that counts in one place only.</summary>
    /// <param name="change">With its line break.</param>
    /// <param name="place">Offset in the file, in bytes.</param>
    public static byte[] Line(ReadOnlySpan<byte> change, long place)
    {
        byte[] line = new byte[SumBytes + change.Length];
        WriteLine(line, change, place);
        return line;
    }

    /// <summary>The whole file of some changes that are all snapshot.</summary>
    public static byte[] Snapshot(IReadOnlyCollection<byte[]> changes)
    {
        long length = changes.Sum(change => (long)SumBytes + change.Length);
        byte[] file = new byte[HeadBytes + length];
        Head(length).CopyTo(file, 0);
        int place = HeadBytes;
        foreach (byte[] change in changes)
        {
            WriteLine(file.AsSpan(place), change, place);
            place += SumBytes + change.Length;
        }
        return file;
    }

    /// <summary>Length of the snapshot; null when the bytes are no whole head of this version.</summary>
    public static long? ReadHead(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeadBytes || file[HeadBytes - 1] != '\n')
        {
            return null;
        }
        int words = HeadBytes - 1 - SumBytes;
        string text = Encoding.Latin1.GetString(file[..words]);
        return text.StartsWith($"{Magic}{Version} ", StringComparison.Ordinal) && file[words] == ' '
            && TryParse(file.Slice(words + 1, NumberDigits), out ulong sum) && sum == SumOf(text).Value
            && TryParse(file[(words - NumberDigits)..words], out ulong length) && length <= long.MaxValue
            ? (long)length
            : null;
    }

    /// <summary>True when a line is what was written in this place.</summary>
    /// <param name="line">With its line break.</param>
    /// <param name="place">Offset in the file, in bytes.</param>
    public static bool IsWhole(ReadOnlySpan<byte> line, long place) =>
        line.Length > SumBytes && line[^1] == '\n' && line[NumberDigits] == ' '
        && TryParse(line[..NumberDigits], out ulong sum) && sum == SumOf(line[SumBytes..], place).Value;

    private static void WriteLine(Span<byte> line, ReadOnlySpan<byte> change, long place)
    {
        SumOf(change, place).Value.TryFormat(line, out _, "x16", CultureInfo.InvariantCulture);
        line[NumberDigits] = (byte)' ';
        change.CopyTo(line[SumBytes..]);
    }

    private static JournalSum SumOf(string words) => JournalSum.Empty.With(Encoding.Latin1.GetBytes(words));

    private static JournalSum SumOf(ReadOnlySpan<byte> change, long place)
    {
        Span<byte> offset = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(offset, place);
        return JournalSum.Empty.With([Version]).With(offset).With(change);
    }

    private static bool TryParse(ReadOnlySpan<byte> digits, out ulong number) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
