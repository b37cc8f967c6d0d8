using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Nfqlb.Flows;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The bytes of the file that keeps the wanted state: a document as JSON in an envelope that says what it
/// is.</summary>
/// <remarks>{"nfqlb":"wanted","version":1,"namespace":"...","borrowed":["pool"],"former":{"eth0":{"rx-gro":false}},
/// "files":["/etc/nfqlb/nfqlb.yaml"],"found":{"pool":{"target":"namespace/service"}},"state":{...}}, in one line.
/// Namespace, borrowed pools, what links did before, the files that are followed, and in which services targets were
/// found may be left out.</remarks>
public static class StoredState
{
    private const string Magic = "wanted";

    /// <summary>Counts up when an older program would misread what a newer one writes.</summary>
    private const int Version = 1;

    /// <summary>The bytes to keep.</summary>
    /// <param name="state">What is asked for.</param>
    /// <param name="host">The network namespace that it is asked for in; null where that is not known.</param>
    public static byte[] ToBytes(DesiredState state, string? host = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Write(state, host, new StoredPieces(), bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The same, behind what is in a buffer.</summary>
    /// <param name="state">What is asked for.</param>
    /// <param name="host">The network namespace that it is asked for in; null where that is not known.</param>
    /// <param name="pieces">How its targets were written before.</param>
    /// <param name="bytes">Gets the bytes.</param>
    public static void Write(DesiredState state, string? host, StoredPieces pieces, IBufferWriter<byte> bytes)
    {
        DocumentNode[] borrowed =
            [.. state.Pools.Where(pool => pool.IsBorrowed).Select(pool => ScalarNode.Of(pool.Name.Text))];
        List<KeyValuePair<string, DocumentNode>> entries =
        [
            new("nfqlb", ScalarNode.Of(Magic)),
            new("version", ScalarNode.Of(Version)),
        ];
        if (host is not null)
        {
            entries.Add(new("namespace", ScalarNode.Of(host)));
        }
        if (borrowed.Length > 0)
        {
            entries.Add(new("borrowed", new ListNode(borrowed, line: 0)));
        }
        DesiredFeature[] former =
        [
            .. state.Features.Where(feature => feature.Former is not null)
                .Select(feature => feature with { IsOn = feature.Former!.Value }),
        ];
        if (former.Length > 0)
        {
            entries.Add(new("former", DocumentTree.OfLinks(former)));
        }
        if (!state.Files.IsEmpty)
        {
            entries.Add(new("files", new ListNode([.. state.Files.Select(ScalarNode.Of)], line: 0)));
        }
        var document = DocumentTree.Of(state, pieces);
        var found = new TreeMap();
        foreach (var pool in state.Pools)
        {
            found.Add(pool.Name.Text, pool.Targets.IsEmpty ? null : pieces.Found(pool));
        }
        if (found.Node.Entries.Count > 0)
        {
            entries.Add(new("found", found.Node));
        }
        entries.Add(new("state", document));
        pieces.KeepOnly(state.Pools);
        JsonNotation.Write(new MapNode(entries, line: 0), isIndented: false, bytes);
    }

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="host">The network namespace that it must be of; null for any.</param>
    /// <param name="state">What is asked for, when this returns true.</param>
    /// <param name="reason">Why it is not, when this returns false.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, string? host, [NotNullWhen(true)] out DesiredState? state, out string reason)
    {
        state = null;
        DocumentNode tree;
        ImmutableArray<Flow> flows = [];
        try
        {
            tree = JsonNotation.Parse(bytes, (ref Utf8JsonReader reader) => TryReadFlows(ref reader, ref flows));
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
        if (host is not null && envelope.Get("namespace") is ScalarNode other && other.Text != host)
        {
            reason = $"it is of another network namespace ({PlainText.Visible(other.Text)}) than this one ({host}), "
                + "and NFQLB_WANTED names a file of its own for each";
            return false;
        }
        var read = DocumentReader.Read(
            document, SlotsInUse.None, out var diagnostics, flows: flows, isKept: true);
        state = diagnostics.Count == 0
            ? WithFound(
                WithFormer(WithBorrowed(read, envelope.Get("borrowed") as ListNode), envelope.Get("former") as MapNode),
                envelope.Get("found") as MapNode) with
            {
                Files =
                [
                    .. ((envelope.Get("files") as ListNode)?.Items ?? []).OfType<ScalarNode>()
                        .Select(file => file.Text),
                ],
            }
            : null;
        reason = diagnostics.Count == 0 ? "" : diagnostics[0].What.ToString();
        return state is not null;
    }

    /// <summary>Of the state: no other part of it or of what is around it is a list of this name, so deep.</summary>
    private static bool TryReadFlows(ref Utf8JsonReader reader, ref ImmutableArray<Flow> flows)
    {
        const int depth = 2;
        var value = reader;
        if (reader.CurrentDepth != depth || !reader.ValueTextEquals("flows"u8) || !value.Read()
            || value.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }
        flows = StoredFlows.Read(ref value);
        reader = value;
        return true;
    }

    private static DesiredState WithFound(DesiredState state, MapNode? pools)
    {
        string? ServiceOf(DesiredPool pool, DesiredTarget target) => target.Name is { } name
            && (pools.Get(pool.Name.Text) as MapNode)?.Get(name) is ScalarNode service ? service.Text : null;
        return pools is null ? state : state with
        {
            Pools =
            [
                .. state.Pools.Select(pool => pool with
                {
                    Targets = [.. pool.Targets.Select(
                        target => target with { FoundIn = ServiceOf(pool, target) })],
                }),
            ],
        };
    }

    private static DesiredState WithFormer(DesiredState state, MapNode? links) => links is null ? state : state with
    {
        Features =
        [
            .. state.Features.Select(feature => feature with
            {
                Former = (links.Get(feature.Key.Link) as MapNode)?.Get(feature.Key.Name) is ScalarNode value
                    ? value.Text == "true"
                    : null,
            }),
        ],
    };

    private static DesiredState WithBorrowed(DesiredState state, ListNode? names)
    {
        var borrowed = (names?.Items ?? []).OfType<ScalarNode>().Select(name => name.Text).ToHashSet();
        return borrowed.Count == 0 ? state : state with
        {
            Pools = [.. state.Pools.Select(pool => pool with { IsBorrowed = borrowed.Contains(pool.Name.Text) })],
        };
    }
}
