namespace Nfqlb.Planning.Documents;

/// <summary>Makes one tree of those of two files.</summary>
/// <param name="placeOf">Words for a line.</param>
/// <param name="diagnostics">Gets what stands in both, and is not the same.</param>
internal sealed class DocumentUnion(Func<int, string> placeOf, DiagnosticList diagnostics)
{
    /// <summary>What stands in either of them.</summary>
    public DocumentNode Of(DocumentNode one, DocumentNode other, string path = "")
    {
        switch (one, other)
        {
            case (MapNode map, MapNode more):
                return Of(map, more, path);
            case (ListNode list, ListNode more):
                return new ListNode([.. list.Items, .. more.Items], list.Line);
            case (ScalarNode value, ScalarNode same)
                when (value.Text, value.ScalarKind) == (same.Text, same.ScalarKind):
                return value;
        }
        string shown = other is ScalarNode scalar ? $"[{TreeBuilder.Shown(scalar.Text)}]" : other.Kind;
        diagnostics.Add(new(other.Line, new(path, $"{shown} stands otherwise at {placeOf(one.Line)}")));
        return one;
    }

    private MapNode Of(MapNode one, MapNode other, string path)
    {
        var entries = new List<KeyValuePair<string, DocumentNode>>();
        foreach (var (key, value) in one.Entries)
        {
            string below = path.Length == 0 ? key : $"{path}.{key}";
            entries.Add(new(key, other.Get(key) is { } second ? Of(value, second, below) : value));
        }
        entries.AddRange(other.Entries.Where(entry => one.Get(entry.Key) is null));
        return new MapNode(entries, one.Line);
    }
}
