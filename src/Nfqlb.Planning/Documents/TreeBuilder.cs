namespace Nfqlb.Planning.Documents;

/// <summary>Puts a tree together from what a parser meets, one after the other, and keeps it small.</summary>
/// <remarks>Parsers of both notations use it, so both have the same limits and refuse the same key twice.</remarks>
internal sealed class TreeBuilder
{
    /// <summary>Three times what a wanted state needs.</summary>
    public const int DeepestPart = 16;

    /// <summary>65,535 targets with all their keys are half a million.</summary>
    public const int MostParts = 2_000_000;

    /// <summary>By how deep they stand; those that were closed are there for the next.</summary>
    private readonly List<Open> _open = [];
    private int _depth;
    private int _parts;

    /// <summary>The whole tree; null as long as it is not complete.</summary>
    public DocumentNode? Root { get; private set; }

    /// <summary>True when the next value is a key.</summary>
    public bool IsKeyNext => Top is { IsMap: true, Key: null };

    private Open? Top => _depth == 0 ? null : _open[_depth - 1];

    /// <exception cref="DocumentException">The same key stands there already.</exception>
    public void Key(string key, int line)
    {
        var map = Top!;
        if (map.Has(key))
        {
            throw new DocumentException(line, $"[{Shown(key)}] stands twice");
        }
        (map.Key, map.KeyLine) = (key, line);
    }

    /// <exception cref="DocumentException">There are too many parts.</exception>
    public void Scalar(string text, ScalarKind kind, int line) => Add(new ScalarNode(text, kind, LineOfNext(line)));

    /// <exception cref="DocumentException">It is too deep, or there are too many parts.</exception>
    public void Begin(bool isMap, int line)
    {
        if (_depth == DeepestPart)
        {
            throw new DocumentException(line, $"lists and maps stand more than {DeepestPart} deep");
        }
        int lineOfNext = LineOfNext(line);
        if (_open.Count == _depth)
        {
            _open.Add(new Open());
        }
        _open[_depth++].Begin(isMap, lineOfNext);
    }

    /// <summary>Closes the list or map that was begun last.</summary>
    public void End()
    {
        var done = _open[--_depth];
        Add(done.IsMap ? new MapNode([.. done.Entries], done.Line) : new ListNode([.. done.Items], done.Line));
    }

    /// <summary>Text of others, fit to be shown in a line.</summary>
    public static string Shown(string text)
    {
        const int most = 80;
        return PlainText.Visible(text.Length <= most ? text : text[..most] + "...");
    }

    /// <summary>An entry of a map stands where its key does.</summary>
    private int LineOfNext(int line) => Top is { IsMap: true } top ? top.KeyLine : line;

    private void Add(DocumentNode node)
    {
        if (++_parts > MostParts)
        {
            throw new DocumentException(node.Line, $"more than {MostParts} values");
        }
        if (Top is not { } top)
        {
            Root = node;
        }
        else if (top.IsMap)
        {
            top.Entries.Add(new(top.Key!, node));
            top.Key = null;
        }
        else
        {
            top.Items.Add(node);
        }
    }

    /// <summary>A list or map that is being filled, and then the next one so deep.</summary>
    private sealed class Open
    {
        /// <summary>From here on a set is faster; most maps never have one.</summary>
        private const int ManyKeys = 16;

        private HashSet<string>? _keys;

        public bool IsMap { get; private set; }
        public int Line { get; private set; }
        public List<KeyValuePair<string, DocumentNode>> Entries { get; } = [];
        public List<DocumentNode> Items { get; } = [];
        public string? Key { get; set; }
        public int KeyLine { get; set; }

        public void Begin(bool isMap, int line)
        {
            (IsMap, Line, Key, _keys) = (isMap, line, null, null);
            Entries.Clear();
            Items.Clear();
        }

        public bool Has(string key)
        {
            if (_keys is not null || Entries.Count >= ManyKeys)
            {
                _keys ??= KeysSoFar();
                return !_keys.Add(key);
            }
            foreach (var (known, _) in Entries)
            {
                if (known == key)
                {
                    return true;
                }
            }
            return false;
        }

        private HashSet<string> KeysSoFar()
        {
            var keys = new HashSet<string>();
            foreach (var (key, _) in Entries)
            {
                keys.Add(key);
            }
            return keys;
        }
    }
}
