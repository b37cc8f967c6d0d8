using System.Globalization;

namespace Nfqlb.Planning.Documents;

/// <summary>A part of a document, of whatever notation it was: a value, a list or a map.</summary>
/// <param name="line">Where it stands, from 1; 0 for one that was not read. Of an entry of a map, where its key
/// stands.</param>
internal abstract class DocumentNode(int line)
{
    /// <summary>Where it stands.</summary>
    public int Line { get; } = line;

    /// <summary>What it is, for people.</summary>
    public abstract string Kind { get; }

    /// <summary>Where a path leads, such as `pools[0].targets[2].mark` or `sysctls[net.ipv4.ip_forward]`; where it
    /// ends early, the line of the last part there is.</summary>
    public int LineOf(string path)
    {
        var node = this;
        for (ReadOnlySpan<char> rest = path; !rest.IsEmpty;)
        {
            if (node.Find(TakeStep(ref rest)) is not { } next)
            {
                break;
            }
            node = next;
        }
        return node.Line;
    }

    /// <summary>The part of this name or number; null when there is none.</summary>
    protected virtual DocumentNode? Find(ReadOnlySpan<char> step) => null;

    private static ReadOnlySpan<char> TakeStep(ref ReadOnlySpan<char> path)
    {
        bool isInBrackets = path[0] == '[';
        ReadOnlySpan<char> rest = path[0] is '[' or '.' ? path[1..] : path;
        int end = isInBrackets ? rest.IndexOf(']') : rest.IndexOfAny('.', '[');
        ReadOnlySpan<char> step = end < 0 ? rest : rest[..end];
        path = end < 0 ? [] : rest[(isInBrackets ? end + 1 : end)..];
        return step;
    }
}

/// <summary>One value.</summary>
internal sealed class ScalarNode(string text, ScalarKind scalarKind, int line) : DocumentNode(line)
{
    /// <summary>As it was written, without quotes.</summary>
    public string Text { get; } = text;

    /// <summary>What its notation makes of it.</summary>
    public ScalarKind ScalarKind { get; } = scalarKind;

    public override string Kind => ScalarKind switch
    {
        ScalarKind.Nothing => "nothing",
        ScalarKind.Flag => "true or false",
        ScalarKind.Number => "a number",
        _ => "text",
    };

    public static ScalarNode Of(string text) => new(text, ScalarKind.Text, line: 0);

    public static ScalarNode Of(long number) =>
        new(number.ToString(CultureInfo.InvariantCulture), ScalarKind.Number, line: 0);

    public static ScalarNode Of(bool flag) => new(flag ? "true" : "false", ScalarKind.Flag, line: 0);
}

/// <summary>Parts by number.</summary>
internal sealed class ListNode(IReadOnlyList<DocumentNode> items, int line) : DocumentNode(line)
{
    public IReadOnlyList<DocumentNode> Items { get; } = items;

    public override string Kind => "a list";

    protected override DocumentNode? Find(ReadOnlySpan<char> step) =>
        WholeNumber.TryParse(step, int.MaxValue, out uint index) && index < Items.Count ? Items[(int)index] : null;
}

/// <summary>Parts by name, in the order in which they stand.</summary>
internal sealed class MapNode(IReadOnlyList<KeyValuePair<string, DocumentNode>> entries, int line) : DocumentNode(line)
{
    /// <summary>From here on a dictionary is faster; most maps never have one.</summary>
    private const int ManyEntries = 16;

    private Dictionary<string, DocumentNode>? _byName;

    public IReadOnlyList<KeyValuePair<string, DocumentNode>> Entries { get; } = entries;

    public override string Kind => "a map";

    public DocumentNode? Get(ReadOnlySpan<char> key)
    {
        if (Entries.Count > ManyEntries)
        {
            _byName ??= Entries.ToDictionary(entry => entry.Key, entry => entry.Value);
            return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var found) ? found : null;
        }
        // Without an enumerator: for ten thousand flows this is asked 100,000 times.
        for (int i = 0; i < Entries.Count; i++)
        {
            if (key.SequenceEqual(Entries[i].Key))
            {
                return Entries[i].Value;
            }
        }
        return null;
    }

    protected override DocumentNode? Find(ReadOnlySpan<char> step) => Get(step);
}

/// <summary>A part that is written as JSON already, and is only to be copied.</summary>
internal sealed class WrittenNode(byte[] json) : DocumentNode(line: 0)
{
    public byte[] Json { get; } = json;

    public override string Kind => "JSON";
}
