using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The bytes of the file that keeps the wanted state: a document as JSON in an envelope that says what it
/// is.</summary>
/// <remarks>{"nfqlb":"wanted","version":1,"state":{...}}, in one line.</remarks>
public static class StoredState
{
    private const string Magic = "wanted";

    /// <summary>Counts up when an older program would misread what a newer one writes.</summary>
    private const int Version = 1;

    /// <summary>The bytes to keep.</summary>
    public static byte[] ToBytes(DesiredState state) => JsonNotation.Write(
        new MapNode(
            [
                new("nfqlb", ScalarNode.Of(Magic)),
                new("version", ScalarNode.Of(Version)),
                new("state", DocumentTree.Of(state)),
            ],
            line: 0),
        isIndented: false);

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="state">What is asked for, when this returns true.</param>
    /// <param name="reason">Why it is not, when this returns false.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DesiredState? state, out string reason)
    {
        state = null;
        DocumentNode tree;
        try
        {
            tree = JsonNotation.Parse(bytes);
        }
        catch (DocumentException e)
        {
            reason = e.Message;
            return false;
        }
        if (tree is not MapNode envelope || envelope.Get("state") is not { } document
            || envelope.Get("nfqlb") is not ScalarNode { Text: Magic }
            || envelope.Get("version") is not ScalarNode { ScalarKind: ScalarKind.Number } version)
        {
            reason = "it is of something else";
            return false;
        }
        if (version.Text != Version.ToString(CultureInfo.InvariantCulture))
        {
            reason = $"it is of version {PlainText.Visible(version.Text)}, and this program reads {Version}";
            return false;
        }
        var read = DocumentReader.Read(document, SlotsInUse.None, out var complaints);
        state = complaints.Count == 0 ? read : null;
        reason = complaints.Count == 0 ? "" : complaints[0].What.ToString();
        return state is not null;
    }
}
