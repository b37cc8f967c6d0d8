namespace Nfqlb.Planning.Documents;

/// <summary>A map that is being made.</summary>
internal sealed class TreeMap
{
    private readonly List<KeyValuePair<string, DocumentNode>> _entries = [];

    public MapNode Node => new(_entries, line: 0);

    /// <summary>Nothing for null.</summary>
    public TreeMap Add(string key, DocumentNode? value)
    {
        if (value is not null)
        {
            _entries.Add(new(key, value));
        }
        return this;
    }

    /// <summary>Nothing for no items, unless an empty list means something.</summary>
    public TreeMap AddList<T>(
        string key, IEnumerable<T> items, Func<T, DocumentNode> nodeOf, bool isKeptEmpty = false)
    {
        var nodes = new List<DocumentNode>();
        foreach (var item in items)
        {
            nodes.Add(nodeOf(item));
        }
        return Add(key, nodes.Count == 0 && !isKeptEmpty ? null : new ListNode(nodes, line: 0));
    }
}
