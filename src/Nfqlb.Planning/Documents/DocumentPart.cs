namespace Nfqlb.Planning.Documents;

/// <summary>A part of a document that is being read: gives what it should be, or complains and gives
/// null.</summary>
internal sealed class DocumentPart
{
    private readonly DocumentNode _node;
    private readonly DocumentPart? _parent;
    private readonly string? _key;
    private readonly int _index;
    private readonly DiagnosticList _diagnostics;

    public DocumentPart(DocumentNode root, DiagnosticList diagnostics)
        : this(root, parent: null, key: null, index: 0, diagnostics)
    {
    }

    private DocumentPart(
        DocumentNode node, DocumentPart? parent, string? key, int index, DiagnosticList diagnostics) =>
        (_node, _parent, _key, _index, _diagnostics) = (node, parent, key, index, diagnostics);

    /// <summary>Such as `pools[0].targets[2].mark`.</summary>
    /// <remarks>Put together when somebody asks, which is when something is wrong.</remarks>
    private string Path => (_parent?.Path, _key) switch
    {
        (null, _) => "",
        ({ } above, null) => $"{above}[{_index}]",
        ("", { } key) => key,
        ({ } above, ['[', ..] and { } key) => above + key,
        ({ } above, { } key) => $"{above}.{key}",
    };

    public void Complain(string reason) => _diagnostics.Add(new(_node.Line, new(Path, reason)));

    /// <summary>Of what is not there, though it should be.</summary>
    public void ComplainAt(string key, string reason) => Part(_node, key, index: 0).Complain(reason);

    /// <summary>Names the value.</summary>
    public void Refuse(string value, string reason) => Complain($"[{TreeBuilder.Shown(value)}] {reason}");

    /// <summary>A map; complains about keys that are missing and keys that nobody knows.</summary>
    public bool IsMap(DocumentKeys keys)
    {
        if (!Is<MapNode>("must be a map", out var map))
        {
            return false;
        }
        foreach (string key in keys.Required)
        {
            if (map.Get(key) is null)
            {
                ComplainAt(key, "missing");
            }
        }
        for (int i = 0; i < map.Entries.Count; i++)
        {
            var (key, value) = map.Entries[i];
            if (!keys.Knows(key))
            {
                string[] known = [.. keys.Required, .. keys.Optional];
                string reason = $"[{TreeBuilder.Shown(key)}] is none of {string.Join(", ", known)}";
                _diagnostics.Add(new(value.Line, new(Path, reason + Suggestion.For(key, known))));
            }
        }
        return true;
    }

    /// <summary>True for a map, whatever is in it.</summary>
    public bool LooksLikeMap => _node is MapNode;

    /// <summary>What stands under a key of a map; null when it does not.</summary>
    public DocumentPart? this[string key] =>
        (_node as MapNode)?.Get(key) is { } value ? Part(value, key, index: 0) : null;

    /// <summary>The entries of a map with keys of the writer's own; none, with a diagnostic, when it is no
    /// map.</summary>
    public IEnumerable<(string Key, DocumentPart Value)> Entries()
    {
        if (Is<MapNode>("must be a map", out var map))
        {
            foreach (var (key, value) in map.Entries)
            {
                yield return (key, Part(value, $"[{PlainText.Visible(key)}]", index: 0));
            }
        }
    }

    /// <summary>The items of a list; none, with a diagnostic, when it is no list.</summary>
    public IEnumerable<DocumentPart> Items() =>
        Is<ListNode>("must be a list", out var list)
            ? list.Items.Select((item, i) => Part(item, key: null, i))
            : [];

    /// <summary>The texts of a list, or of one text with commas, each with the place where it stands.</summary>
    /// <remarks>Numbers are taken as text: ports are both.</remarks>
    public IEnumerable<(string Text, DocumentPart Part)> Texts()
    {
        bool isList = _node is ListNode;
        foreach (var part in isList ? Items() : [this])
        {
            string? text = part.AsTextOrNumber(isList ? "must be text" : "must be a list, or text with commas");
            if (text is not null && !text.Contains(','))
            {
                yield return (text.Trim(), part);
                continue;
            }
            foreach (string item in text?.Split(',', StringSplitOptions.TrimEntries) ?? [])
            {
                yield return (item, part);
            }
        }
    }

    /// <summary>True for this word, and nothing else.</summary>
    public bool IsWord(string word) =>
        _node is ScalarNode { ScalarKind: ScalarKind.Text } scalar && scalar.Text == word;

    /// <summary>Text. What would be a number, or true or false, must stand in quotes.</summary>
    public string? AsText()
    {
        if (_node is ScalarNode { ScalarKind: ScalarKind.Text } scalar)
        {
            return scalar.Text;
        }
        ComplainOfKind(_node is ScalarNode { ScalarKind: not ScalarKind.Nothing }
            ? "must be text: put it into quotes"
            : "must be text");
        return null;
    }

    /// <summary>Text or a number, as it stands there.</summary>
    public string? AsTextOrNumber(string diagnostic)
    {
        if (_node is ScalarNode { ScalarKind: ScalarKind.Text or ScalarKind.Number } scalar)
        {
            return scalar.Text;
        }
        ComplainOfKind(diagnostic);
        return null;
    }

    /// <summary>A whole number.</summary>
    public uint? AsNumber(uint min, uint max)
    {
        if (_node is not ScalarNode { ScalarKind: ScalarKind.Number } scalar)
        {
            ComplainOfKind($"must be a whole number from {min} to {max}");
            return null;
        }
        // Readers of YAML 1.1 take a number that begins with 0 for an octal one.
        if (scalar.Text is ['0', _, ..] || !WholeNumber.TryParse(scalar.Text, max, out uint number) || number < min)
        {
            Refuse(scalar.Text, $"must be a whole number from {min} to {max}");
            return null;
        }
        return number;
    }

    /// <summary>True or false.</summary>
    public bool? AsFlag()
    {
        if (_node is ScalarNode { ScalarKind: ScalarKind.Flag } scalar)
        {
            return scalar.Text is "true" or "True" or "TRUE";
        }
        ComplainOfKind("must be true or false");
        return null;
    }

    private DocumentPart Part(DocumentNode node, string? key, int index) => new(node, this, key, index, _diagnostics);

    private bool Is<T>(string diagnostic, out T node)
        where T : DocumentNode
    {
        node = (_node as T)!;
        if (_node is not T)
        {
            ComplainOfKind(diagnostic);
        }
        return _node is T;
    }

    private void ComplainOfKind(string wish)
    {
        if (_node is ScalarNode { ScalarKind: not ScalarKind.Nothing } scalar)
        {
            Refuse(scalar.Text, wish);
        }
        else
        {
            Complain($"{wish}, not {_node.Kind}");
        }
    }
}
