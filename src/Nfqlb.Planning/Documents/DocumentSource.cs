using System.Diagnostics.CodeAnalysis;
using Nfqlb.Maglev;
using Nfqlb.Planning.Model;

namespace Nfqlb.Planning.Documents;

/// <summary>The documents of one or several files, which together are one, read once more when it is known which slots
/// are in use.</summary>
/// <remarks>Lists go on in the next file, maps are joined key by key, and a value may stand in several files if it is
/// the same.</remarks>
public sealed class DocumentSource
{
    private readonly List<(string Name, int LinesBefore)> _files = [];
    private readonly DiagnosticList _diagnostics = new();
    private bool _isParsed;
    private bool _isWhole = true;
    private DocumentNode? _tree;

    /// <summary>What they ask for, where that hangs on nothing else.</summary>
    private DesiredState? _state;

    /// <summary>Parses one file.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="utf8">All of it.</param>
    public DocumentSource(string name, byte[] utf8)
        : this([new DocumentFile(name, utf8)])
    {
    }

    /// <summary>Parses files.</summary>
    /// <param name="files">In the order in which their lists go on.</param>
    public DocumentSource(IEnumerable<DocumentFile> files)
    {
        Files = [.. files];
        _ = Tree;
    }

    private DocumentSource(IReadOnlyList<DocumentFile> files, DesiredState known) => (Files, Known) = (files, known);

    /// <summary>Files that were read and checked before; they are parsed where anybody asks for more than what they ask
    /// for.</summary>
    /// <param name="files">In the order in which their lists go on.</param>
    /// <param name="known">What they were found to ask for.</param>
    public static DocumentSource AlreadyRead(IReadOnlyList<DocumentFile> files, DesiredState known) =>
        new(files, known);

    /// <summary>Files as they are parsed already, if these are the same; else parsed now.</summary>
    public static DocumentSource Of(IReadOnlyList<DocumentFile> files, DocumentSource? parsed) =>
        parsed is not null && DocumentFile.AreSame(parsed.Files, files) ? parsed : new DocumentSource(files);

    /// <summary>The files.</summary>
    public IReadOnlyList<DocumentFile> Files { get; }

    /// <summary>What they were found to ask for when they were read before; null where they were not.</summary>
    public DesiredState? Known { get; }

    private DocumentNode? Tree
    {
        get
        {
            if (!_isParsed)
            {
                _isParsed = true;
                Parse();
            }
            return _tree;
        }
    }

    /// <summary>The pools with a target that asks for no slot, or that is found.</summary>
    public IEnumerable<PoolName> PoolsWithFreeSlots
    {
        get
        {
            var pools = (Tree as MapNode)?.Get("pools") as ListNode;
            foreach (var pool in (pools?.Items ?? []).OfType<MapNode>())
            {
                bool isFree = pool.Get("from") is not null || (pool.Get("targets") is ListNode targets
                    && targets.Items.OfType<MapNode>().Any(target => target.Get("slot") is null));
                if (isFree && pool.Get("name") is ScalarNode text && PoolName.TryParse(text.Text, out var name, out _))
                {
                    yield return name;
                }
            }
        }
    }

    /// <summary>`FILE:LINE: PATH` of the first pool whose targets are found; null where there is none.</summary>
    public string? FirstFrom
    {
        get
        {
            foreach (var (i, pool) in ItemsOf(Tree, "pools"))
            {
                if (pool.Get("from") is { } from)
                {
                    return $"{PlaceOf(from.Line)}: pools[{i}].from";
                }
            }
            return null;
        }
    }

    /// <summary>What they ask for.</summary>
    /// <param name="present">For targets that ask for no slot.</param>
    /// <param name="found">For targets that a source finds; null where nobody asks one: then they are missing.</param>
    /// <exception cref="InvalidStateException">All that is wrong, a line each.</exception>
    public DesiredState Read(SlotsInUse present, FoundPlaces? found = null)
    {
        if (_state is not null)
        {
            return _state;
        }
        var tree = Tree;
        if (!_isWhole)
        {
            // What is missing in the others may stand in the one that cannot be parsed.
            Document.ThrowOnAny(_diagnostics.First, PlaceOf);
        }
        var state = DocumentReader.Read(tree!, present, out var diagnostics, found);
        Document.ThrowOnAny([.. _diagnostics.First.Concat(diagnostics).OrderBy(one => one.Line)], PlaceOf);
        _state = PoolsWithFreeSlots.Any() ? null : state;
        return state;
    }

    /// <summary>A complaint that came up later, about a target, with `FILE:LINE` and the path of where it stands; null
    /// where that is in none of the files.</summary>
    /// <param name="pool">Its pool.</param>
    /// <param name="mark">Its mark.</param>
    /// <param name="key">Of the target, such as `via`.</param>
    /// <param name="reason">Names the value.</param>
    public string? Place(PoolName pool, FirewallMark mark, string key, string reason)
    {
        foreach (var (i, one) in ItemsOf(Tree, "pools"))
        {
            foreach (var (j, target) in ItemsOf(one, "targets"))
            {
                if ((one.Get("name") as ScalarNode)?.Text == pool.Text && target.Get("mark") is ScalarNode text
                    && WholeNumber.TryParse(text.Text, int.MaxValue, out uint value) && value == (uint)mark.Value)
                {
                    return Place(new Diagnostic($"pools[{i}].targets[{j}].{key}", reason));
                }
            }
        }
        return null;
    }

    /// <summary>The same, about a feature of a link.</summary>
    public string? Place(LinkFeatureKey key, Diagnostic complaint) =>
        ((Tree as MapNode)?.Get("links") as MapNode)?.Get(key.Link) is MapNode link && link.Get(key.Name) is not null
            ? Place(complaint)
            : null;

    private string Place(Diagnostic complaint) => $"{PlaceOf(Tree!.LineOf(complaint.Path))}: {complaint}";

    private static IEnumerable<(int Index, MapNode Item)> ItemsOf(DocumentNode? node, string list) =>
        ((node as MapNode)?.Get(list) as ListNode)?.Items.Index().Where(entry => entry.Item is MapNode)
            .Select(entry => (entry.Index, (MapNode)entry.Item)) ?? [];

    private void Parse()
    {
        int lines = 0;
        foreach (var (name, utf8) in Files)
        {
            _files.Add((name, lines));
            if (TryParse(utf8, lines, out var tree))
            {
                _tree = _tree is null ? tree : new DocumentUnion(PlaceOf, _diagnostics).Of(_tree, tree);
            }
            else
            {
                _isWhole = false;
            }
            lines += utf8.AsSpan().Count((byte)'\n') + 1;
        }
    }

    private bool TryParse(byte[] utf8, int linesBefore, [NotNullWhen(true)] out DocumentNode? tree)
    {
        try
        {
            tree = Document.Parse(utf8, linesBefore);
            return true;
        }
        catch (DocumentException e)
        {
            _diagnostics.Add(new DocumentDiagnostic(e.Line, new Diagnostic("", e.Message)));
            tree = null;
            return false;
        }
    }

    /// <summary>`FILE:LINE` of a line that was counted through all files.</summary>
    private string PlaceOf(int line)
    {
        var (name, linesBefore) = _files.FindLast(file => file.LinesBefore < line);
        return $"{PlainText.Visible(name)}:{line - linesBefore}";
    }
}
