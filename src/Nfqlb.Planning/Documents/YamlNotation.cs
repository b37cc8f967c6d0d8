using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nfqlb.Planning.Documents;

/// <summary>YAML 1.2 (https://yaml.org/spec/1.2.2), and with it JSON, as a tree.</summary>
/// <remarks>
/// Neither aliases nor anchors, tags, nor a second document: whoever reads the file sees at each place what stands
/// there, and no small file can mean a large one. Values without quotes are what the core schema (§10.3.2) makes of
/// them: `yes`, `0:3` and `10.0.0.1` are text.
/// </remarks>
internal static partial class YamlNotation
{
    /// <param name="text">All of it.</param>
    /// <param name="linesBefore">Lines are counted on from here.</param>
    /// <exception cref="DocumentException">It is no YAML, or uses what is not read here.</exception>
    public static DocumentNode Parse(string text, int linesBefore = 0)
    {
        var tree = new TreeBuilder();
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            while (parser.MoveNext())
            {
                Take(parser.Current!, tree, linesBefore);
            }
        }
        catch (YamlException e)
        {
            if (IndentedByTab(text, e) is { } indented)
            {
                throw new DocumentException(
                    linesBefore + indented, "a tab stands in front of it, where YAML takes spaces alone");
            }

            // What is missing at the end is missed behind the last line.
            int line = Math.Min((int)e.Start.Line, text.AsSpan().TrimEnd('\n').Count('\n') + 1);
            throw new DocumentException(linesBefore + line, PlainText.Visible(e.Message));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException)
        {
            // How the scanner ends for some texts that are no YAML, in words that say nothing of them. The line is that
            // of what it met before.
            throw new DocumentException(linesBefore + (int)(parser.Current?.End.Line ?? 1), "no YAML from here on");
        }
        return tree.Root ?? throw new DocumentException(linesBefore + 1, "nothing stands in it; {} asks for nothing");
    }

    /// <summary>What a value without quotes is.</summary>
    public static ScalarKind KindOf(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Nothing,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Flag,
        _ => Number().IsMatch(plain) ? ScalarKind.Number : ScalarKind.Text,
    };

    private static void Take(ParsingEvent what, TreeBuilder tree, int linesBefore)
    {
        int line = linesBefore + (int)what.Start.Line;
        if (what is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
        {
            throw new DocumentException(line, "anchors (&) and tags (!) are not read");
        }
        switch (what)
        {
            case AnchorAlias:
                throw new DocumentException(line, "aliases (*) are not read");
            case DocumentStart when tree.Root is not null:
                throw new DocumentException(line, "a second document begins");
            case MappingStart or SequenceStart when tree.IsKeyNext:
                throw new DocumentException(line, "a list or map cannot be a key");
            case Scalar key when tree.IsKeyNext:
                tree.Key(key.Value, line);
                break;
            case Scalar { Style: ScalarStyle.Plain } value:
                tree.Scalar(value.Value, KindOf(value.Value), line);
                break;
            case Scalar value:
                tree.Scalar(value.Value, ScalarKind.Text, line);
                break;
            case MappingStart:
                tree.Begin(isMap: true, line);
                break;
            case SequenceStart:
                tree.Begin(isMap: false, line);
                break;
            case MappingEnd or SequenceEnd:
                tree.End();
                break;
        }
    }

    /// <summary>The line that is wrong for the tab in front of it; null where that is not the reason.</summary>
    /// <remarks>Where the scanner speaks of a tab it tells where it began to read, which may be far above.</remarks>
    private static int? IndentedByTab(string text, YamlException complaint)
    {
        string[] lines = text.Split('\n');
        int first = (int)complaint.Start.Line;
        int last = complaint.Message.Contains(" tab ", StringComparison.Ordinal) ? lines.Length : first;
        for (int line = first; line <= last && line <= lines.Length; line++)
        {
            var content = lines[line - 1].AsSpan();
            if (content[..^content.TrimStart(" \t").Length].Contains('\t'))
            {
                return line;
            }
        }
        return null;
    }

    [GeneratedRegex("""
        ^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+
        |[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
        |[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
