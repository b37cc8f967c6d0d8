using System.Text;
using System.Text.Unicode;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The wanted state as a file that people write, YAML or JSON: what `apply` reads and `export`
/// writes.</summary>
/// <remarks>docs/documents.md describes it.</remarks>
public static class Document
{
    /// <summary>65,535 targets with all their keys are half of it.</summary>
    public const int MostBytes = 16 << 20;

    private const int MostDiagnostics = 100;

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="file">Its name, for diagnostics.</param>
    /// <param name="utf8">All of it.</param>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <exception cref="InvalidStateException">All that is wrong, though no more than anybody reads, a line each:
    /// `FILE:LINE: PATH: [VALUE] REASON`.</exception>
    public static DesiredState Read(string file, ReadOnlySpan<byte> utf8, SlotsInUse present) =>
        new DocumentSource(file, utf8.ToArray()).Read(present);

    /// <summary>The same, with the diagnostics one by one. With any, the state is not to be used.</summary>
    public static DesiredState Read(
        ReadOnlySpan<byte> utf8, SlotsInUse present, out IReadOnlyList<DocumentDiagnostic> diagnostics)
    {
        try
        {
            return DocumentReader.Read(Parse(utf8), present, out diagnostics);
        }
        catch (DocumentException e)
        {
            diagnostics = [new DocumentDiagnostic(e.Line, new Diagnostic("", e.Message))];
            return DesiredState.Empty;
        }
    }

    /// <summary>As people like it.</summary>
    public static string ToYaml(DesiredState state) => YamlWriter.Write(DocumentTree.Of(state));

    /// <summary>The same for programs, over several lines.</summary>
    public static string ToJson(DesiredState state) =>
        Encoding.UTF8.GetString(JsonNotation.Write(DocumentTree.Of(state), isIndented: true)) + '\n';

    /// <summary>Any JSON that a program has written, as YAML.</summary>
    public static string JsonToYaml(string json) =>
        YamlWriter.Write(JsonNotation.Parse(Encoding.UTF8.GetBytes(json)));

    /// <exception cref="DocumentException">It is no document.</exception>
    internal static DocumentNode Parse(ReadOnlySpan<byte> utf8, int linesBefore = 0) =>
        YamlNotation.Parse(TextOf(utf8, linesBefore), linesBefore);

    /// <param name="diagnostics">What is wrong.</param>
    /// <param name="placeOf">`FILE:LINE` of a line.</param>
    /// <exception cref="InvalidStateException">There are some: no more of them than anybody reads.</exception>
    internal static void ThrowOnAny(IReadOnlyList<DocumentDiagnostic> diagnostics, Func<int, string> placeOf)
    {
        if (diagnostics.Count == 0)
        {
            return;
        }
        var lines = diagnostics.Take(MostDiagnostics).Select(diagnostic => diagnostic.In(placeOf)).ToList();
        if (diagnostics.Count > MostDiagnostics)
        {
            string least = diagnostics.Count >= DiagnosticList.Most ? "at least " : "";
            lines.Add($"{placeOf(diagnostics[^1].Line)}: and {least}{diagnostics.Count - MostDiagnostics} more");
        }
        throw new InvalidStateException(string.Join('\n', lines));
    }

    private static string TextOf(ReadOnlySpan<byte> utf8, int linesBefore)
    {
        if (utf8.Length > MostBytes)
        {
            throw new DocumentException(linesBefore + 1, $"more than {MostBytes >> 20} MiB");
        }
        ReadOnlySpan<byte> text = utf8.StartsWith("\ufeff"u8) ? utf8["\ufeff"u8.Length..] : utf8;
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new DocumentException(linesBefore + 1, "not a text in UTF-8");
    }
}
