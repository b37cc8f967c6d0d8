using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nfqlb.Planning.Documents;

/// <summary>Writes a tree as YAML for people: block style, but short lists of values in one line.</summary>
/// <remarks>Text is quoted wherever a reader of YAML 1.1 or 1.2 might take it for something else, and then as in JSON,
/// which both read.</remarks>
internal sealed partial class YamlWriter
{
    private const int IndentStep = 2;
    private const int LongestInlineList = 80;

    private readonly StringBuilder _text = new();

    public static string Write(DocumentNode tree)
    {
        var writer = new YamlWriter();
        switch (tree)
        {
            case MapNode { Entries.Count: > 0 } map:
                writer.WriteEntries(map, indent: 0, isFirstIndented: true);
                break;
            case ListNode { Items.Count: > 0 } list:
                writer.WriteItems(list, indent: 0);
                break;
            default:
                writer._text.Append(Inline(tree)).Append('\n');
                break;
        }
        return writer._text.ToString();
    }

    private void WriteEntries(MapNode map, int indent, bool isFirstIndented)
    {
        bool isIndented = isFirstIndented;
        foreach (var (key, value) in map.Entries)
        {
            Indent(isIndented ? indent : 0).Append(Plain(key)).Append(':');
            isIndented = true;
            WriteValue(value, indent + IndentStep);
        }
    }

    private void WriteValue(DocumentNode value, int indent)
    {
        switch (value)
        {
            case MapNode { Entries.Count: > 0 } map:
                _text.Append('\n');
                WriteEntries(map, indent, isFirstIndented: true);
                break;
            case ListNode list when IsLong(list):
                _text.Append('\n');
                WriteItems(list, indent);
                break;
            default:
                _text.Append(' ').Append(Inline(value)).Append('\n');
                break;
        }
    }

    private void WriteItems(ListNode list, int indent)
    {
        foreach (var item in list.Items)
        {
            Indent(indent).Append("- ");
            if (item is MapNode { Entries.Count: > 0 } map)
            {
                WriteEntries(map, indent + IndentStep, isFirstIndented: false);
            }
            else
            {
                _text.Append(Inline(item)).Append('\n');
            }
        }
    }

    private static bool IsLong(ListNode list) =>
        list.Items.Any(item => item is not ScalarNode) || Inline(list).Length > LongestInlineList;

    private StringBuilder Indent(int columns) => _text.Append(' ', columns);

    private static string Inline(DocumentNode node) => node switch
    {
        ListNode list => $"[{string.Join(", ", list.Items.Select(Inline))}]",
        ScalarNode { ScalarKind: ScalarKind.Text } scalar => Plain(scalar.Text),
        ScalarNode scalar => scalar.Text,
        _ => "{}",
    };

    private static string Plain(string text) =>
        Unmistakable().IsMatch(text) && !TakenForFlags().IsMatch(text)
            ? text
            : $"\"{JsonEncodedText.Encode(text, JsonNotation.Escapes)}\"";

    /// <summary>Words, IPv4 addresses and blocks, ranges of ports.</summary>
    [GeneratedRegex(@"^([A-Za-z_][A-Za-z0-9_./-]*|[0-9]+(\.[0-9]+){3}(/[0-9]+)?|[0-9]+-[0-9]+)\z")]
    private static partial Regex Unmistakable();

    /// <summary>YAML 1.1 has more of them than 1.2 (https://yaml.org/type/bool.html). Its y and n few readers take for
    /// flags, and one of our keys is N.</summary>
    [GeneratedRegex(@"^(yes|no|true|false|on|off|null)\z", RegexOptions.IgnoreCase)]
    private static partial Regex TakenForFlags();
}
