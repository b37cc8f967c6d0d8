using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Nfqlb.Cli.CommandLine;
using Nfqlb.Wanted;

namespace Nfqlb.Cli.Documents;

/// <summary>The wanted state as a file that people write, YAML or JSON: what `apply` reads and `export`
/// writes.</summary>
/// <remarks>docs/documents.md describes it.</remarks>
internal static class WantedDocument
{
    /// <summary>For the standard input, where a file's name is asked for.</summary>
    public const string StandardInput = "-";

    private const int StandardInputDescriptor = 0;

    /// <summary>65,535 targets with all their keys are half of it.</summary>
    private const int MostBytes = 16 << 20;

    private const int MostComplaints = 100;

    /// <summary>Reads a file as a whole.</summary>
    /// <param name="path">Its path, or `-`.</param>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <exception cref="UsageException">It cannot be read, or is wrong; all that is wrong, a line each.</exception>
    public static WantedState ReadFile(string path, SlotsInUse present) =>
        Read(NameOf(path), ReadBytes(path), present);

    /// <summary>All bytes of a file.</summary>
    /// <param name="path">Its path, or `-`.</param>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = path == StandardInput
                ? new FileStream(new SafeFileHandle(StandardInputDescriptor, ownsHandle: false), FileAccess.Read)
                : File.OpenRead(path);
            return BytesOf(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw UsageException.BadValue("file", path, PlainText.Visible(e.Message));
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="file">Its name, for complaints.</param>
    /// <param name="utf8">All of it.</param>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <exception cref="UsageException">All that is wrong, though no more than anybody reads, a line each:
    /// `FILE:LINE: PATH: [VALUE] REASON`.</exception>
    public static WantedState Read(string file, ReadOnlySpan<byte> utf8, SlotsInUse present)
    {
        var state = Read(utf8, present, out var complaints);
        if (complaints.Count == 0)
        {
            return state;
        }
        var lines = complaints.Take(MostComplaints).Select(complaint => complaint.In(Shown(file))).ToList();
        if (complaints.Count > MostComplaints)
        {
            lines.Add($"{Shown(file)}: and {complaints.Count - MostComplaints} more");
        }
        throw new UsageException(string.Join('\n', lines));
    }

    /// <summary>The same, with the complaints one by one. With any, the state is not to be used.</summary>
    public static WantedState Read(
        ReadOnlySpan<byte> utf8, SlotsInUse present, out IReadOnlyList<DocumentComplaint> complaints)
    {
        try
        {
            return WantedReader.Read(YamlNotation.Parse(TextOf(utf8)), present, out complaints);
        }
        catch (DocumentException e)
        {
            complaints = [new DocumentComplaint(e.Line, new Complaint("", e.Message))];
            return WantedState.Empty;
        }
    }

    /// <summary>As people like it.</summary>
    public static string ToYaml(WantedState state) => YamlWriter.Write(WantedTree.Of(state));

    /// <summary>The same for programs, over several lines.</summary>
    public static string ToJson(WantedState state) =>
        Encoding.UTF8.GetString(JsonNotation.Write(WantedTree.Of(state), isIndented: true)) + '\n';

    /// <summary>What complaints call a file.</summary>
    public static string NameOf(string path) => path == StandardInput ? "stdin" : path;

    private static string Shown(string file) => PlainText.Visible(file);

    private static string TextOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostBytes)
        {
            throw new DocumentException(line: 1, $"more than {MostBytes >> 20} MiB");
        }
        ReadOnlySpan<byte> text = utf8.StartsWith("\ufeff"u8) ? utf8["\ufeff"u8.Length..] : utf8;
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new DocumentException(line: 1, "not a text in UTF-8");
    }

    /// <remarks>A pipe has no length, so that this is what ends one without an end.</remarks>
    private static byte[] BytesOf(Stream stream)
    {
        using var bytes = new MemoryStream();
        var block = new byte[1 << 16];
        int count;
        while (bytes.Length <= MostBytes && (count = stream.Read(block)) > 0)
        {
            bytes.Write(block, 0, count);
        }
        return bytes.ToArray();
    }
}
